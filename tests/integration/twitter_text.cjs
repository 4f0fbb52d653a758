// What X's own reference says of each text: one JSON string a line in, one JSON array a line out.
const reference = require(process.argv[2]);
const said = [];
require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const text = JSON.parse(line);
    const { weightedLength, valid } = reference.parseTweet(text);
    const places = [
      reference.extractUrlsWithIndices(text),
      reference.extractHashtagsWithIndices(text),
      reference.extractMentionsOrListsWithIndices(text),
      reference.extractCashtagsWithIndices(text),
    ].map((found) => found.map(({ indices }) => indices));
    said.push(JSON.stringify([weightedLength, valid, ...places]));
  })
  .on("close", () => process.stdout.write(said.join("\n")));
