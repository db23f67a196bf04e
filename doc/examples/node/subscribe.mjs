// SPDX-License-Identifier: GPL-3.0-or-later
// Every event of a host, from the beginning or behind a cursor, then live; the chain is checked.
//
// usage: npm ci --ignore-scripts; node subscribe.mjs [LIVE REPLAY [CURSOR]]
//
// (stock zeromq from npm, which brings its binaries; the protocol is in doc/bus.md)

import { createHash } from "node:crypto"
import * as zmq from "zeromq"

const [liveAt = "ipc:///run/reeve/live", replayAt = "ipc:///run/reeve/replay", since = ""] =
  process.argv.slice(2)
let cursor = since // id of the last event handled

function fail(text) {
  console.error(text)
  process.exit(1)
}

// Checks that an event is the one behind the cursor, prints it, moves the cursor.
function handle(id, body) {
  const event = JSON.parse(body)
  if (createHash("sha256").update(body).digest("hex") !== id) fail(`event ${id} is not what was written`)
  if ((event.prev ?? "") !== cursor) fail(`event ${id} does not follow from ${cursor}`)
  console.log(event.seq, id.slice(0, 12), event.verdict ?? event.kind, event.severity, event.summary)
  cursor = id // a real receiver stores it now
}

// Asks for what is behind the cursor until there is no more.
async function catchUp() {
  const replay = new zmq.Dealer({ linger: 0, receiveTimeout: 5000 })
  replay.connect(replayAt)
  try {
    for (let head = null; head !== cursor; ) {
      await replay.send(["SINCE", cursor, ""])
      let frames
      while ((frames = await replay.receive()).length === 5) handle(frames[2].toString(), frames[4])
      if (frames[0].toString() === "GONE") fail(`event ${cursor} is unknown here: history was rewritten`)
      head = frames[1].toString()
    }
  } catch (problem) {
    if (problem.code !== "EAGAIN") throw problem // the relay restarts: its next heartbeat brings us back
  } finally {
    replay.close()
  }
}

const live = new zmq.Subscriber()
live.subscribe("ev/1/", "hb/1/")
live.connect(liveAt)
for await (const [topic, , id, prev, body] of live) {
  if (topic.toString().startsWith("ev/") && prev.toString() === cursor) handle(id.toString(), body)
  else if (id.toString() !== cursor) await catchUp() // missed; or it came twice: then nothing follows
}
