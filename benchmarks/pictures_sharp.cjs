// What sharp makes of a picture within so many bytes: the highest quality that fits, by bisection.
// node pictures_sharp.cjs SHARP PICTURE BYTES VARIANT OUTPUT; prints JSON.
const [sharpPath, picture, bytes, variant, output] = process.argv.slice(2);
const sharp = require(sharpPath);
const fs = require('fs');
const VARIANTS = {
  'jpeg, defaults': (image, quality) => image.jpeg({ quality }),
  'mozjpeg': (image, quality) => image.jpeg({ quality, mozjpeg: true }),
  'mozjpeg 4:4:4': (image, quality) => image.jpeg({ quality, mozjpeg: true, chromaSubsampling: '4:4:4' }),
  'webp, smart': (image, quality) => image.webp({ quality, smartSubsample: true }),
  'png, palette': (image, quality) => image.png({ palette: true, quality }),
};
const peakOf = () => 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]);
sharp.cache(false);
(async () => {
  const started = process.hrtime.bigint(), cpu = process.cpuUsage(), before = peakOf();
  const opened = sharp(picture).removeAlpha().raw();
  const { data, info } = await opened.toBuffer({ resolveWithObject: true });
  let best = null, scale = 1;
  while (best === null && scale > 0.05) {
    const width = Math.round(info.width * scale);
    let low = 10, high = 100;
    while (low <= high) {
      const quality = (low + high) >> 1;
      let image = sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
      if (scale < 1) image = image.resize({ width });
      const made = await VARIANTS[variant](image, quality).toBuffer();
      if (made.length <= Number(bytes)) { best = made; low = quality + 1; } else { high = quality - 1; }
    }
    scale *= 0.8;
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (best) fs.writeFileSync(output, best);
  const { user, system } = process.cpuUsage(cpu);
  const facts = { seconds, cpu: (user + system) / 1e6, peak: peakOf() - before };
  console.log(JSON.stringify({ ...facts, fits: best !== null }));
})();
