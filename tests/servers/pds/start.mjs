// A real Bluesky server (@atproto/pds), or the directory of accounts that it needs
// (@did-plc/server), on loopback: `node start.mjs plc PORT`, `node start.mjs pds PORT PLC_PORT
// FOLDER`. It says "ready" once it listens. The directory forgets everything when it ends; the
// server keeps all in its folder, so that it can be killed and started again.
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'

// Both packages listen on all interfaces.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port, ...rest) {
  if (typeof port !== 'number') return listen.call(this, port, ...rest)
  return listen.call(this, { port, host: '127.0.0.1' }, rest.find((each) => typeof each === 'function'))
}
process.env.LOG_ENABLED ??= 'false'

const [what, port, plcPort, folder] = process.argv.slice(2)

async function startPlc() {
  const { PlcServer, Database } = await import('@did-plc/server')
  await PlcServer.create({ db: Database.mock(), port: Number(port) }).start()
}

async function startPds() {
  const { PDS } = await import('@atproto/pds')
  fs.mkdirSync(path.join(folder, 'blobs'), { recursive: true })
  const server = await PDS.fromEnv({
    devMode: true,
    port: Number(port),
    hostname: 'localhost',
    dataDirectory: folder,
    blobstoreDiskLocation: path.join(folder, 'blobs'),
    blobstoreDiskTmpLocation: path.join(folder, 'blobs-tmp'),
    didPlcUrl: `http://127.0.0.1:${plcPort}`,
    jwtSecret: 'no-secret-at-all',
    adminPassword: process.env.PDS_ADMIN,
    plcRotationKeyK256PrivateKeyHex: '11'.repeat(32),
    serviceHandleDomains: ['.test'],
    inviteRequired: false,
    disableSsrfProtection: true,
    bskyAppViewUrl: 'https://appview.invalid',
    bskyAppViewDid: 'did:example:invalid',
    bskyAppViewCdnUrlPattern: 'http://cdn.invalid/%s/%s/%s',
    modServiceUrl: 'https://moderator.invalid',
    modServiceDid: 'did:example:invalid',
    rateLimitsEnabled: process.env.PDS_LIMITS === '1',
    crawlers: [],
    handleBackupNameservers: [],
    trustedOAuthClients: [],
    rateLimitBypassIps: [],
  })
  await server.start()
}

await (what === 'plc' ? startPlc() : startPds())
console.log('ready')
