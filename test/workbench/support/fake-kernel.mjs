// A kernel for tests of the server, independent of ours: answers kernel_info, echoes code, and misbehaves on demand.
//   exit N    leave with that code        flood N   N stream messages        hang   never answer a shutdown
//   env NAME  print a variable            buffers   a display with two buffers     large N   one of N MB
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as zmq from 'zeromq'

const info = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const bind = async (socket, port) => {
  await socket.bind(`tcp://${info.ip}:${info[port]}`)
  return socket
}
const shell = await bind(new zmq.Router(), 'shell_port')
const control = await bind(new zmq.Router(), 'control_port')
const stdin = await bind(new zmq.Router(), 'stdin_port')
const iopub = await bind(new zmq.Publisher({ sendHighWaterMark: 0 }), 'iopub_port')
const heart = await bind(new zmq.Reply(), 'hb_port')
let hanging = false
let count = 0
let sending = Promise.resolve()

const sign = (parts) => parts.reduce((hmac, part) => hmac.update(part), createHmac('sha256', info.key)).digest('hex')

function send(socket, ids, type, content, parent, buffers = []) {
  const header = { msg_id: crypto.randomUUID(), session: 'fake', username: 'fake', date: new Date().toISOString(), msg_type: type, version: '5.3' }
  const parts = [header, parent, {}, content].map((part) => Buffer.from(JSON.stringify(part)))
  const frames = [...ids, '<IDS|MSG>', sign(parts), ...parts, ...buffers]
  sending = sending.then(() => socket.send(frames))
}
const publish = (type, content, parent, buffers) => send(iopub, [type], type, content, parent, buffers)
const print = (text, parent) => publish('stream', { name: 'stdout', text }, parent)

async function serve(socket) {
  for await (const frames of socket) {
    const at = frames.findIndex((frame) => frame.toString() === '<IDS|MSG>')
    const ids = frames.slice(0, at)
    const [header = {}, , , content = {}] = frames.slice(at + 2, at + 6).map((frame) => JSON.parse(frame.toString()))
    const buffers = frames.slice(at + 6)
    publish('status', { execution_state: 'busy' }, header)
    const reply = (body) => send(socket, ids, header.msg_type.replace('_request', '_reply'), { status: 'ok', ...body }, header)
    if (header.msg_type === 'kernel_info_request') reply({ protocol_version: '5.3', implementation: 'fake', banner: '', language_info: { name: 'fake' } })
    else if (header.msg_type === 'execute_request') execute(content.code, header, reply)
    else if (header.msg_type === 'shutdown_request') {
      reply(content)
      if (!hanging) setTimeout(() => process.exit(0), 20)
    } else if (header.msg_type === 'comm_msg') publish('comm_msg', content, header, buffers)
    publish('status', { execution_state: 'idle' }, header)
  }
}

function execute(code, parent, reply) {
  const [verb, argument] = String(code ?? '').split(' ')
  publish('execute_input', { code, execution_count: ++count }, parent)
  if (verb === 'exit') process.exit(Number(argument))
  else if (verb === 'hang') hanging = true
  else if (verb === 'env') print(process.env[argument] ?? 'unset', parent)
  else if (verb === 'pid') print(String(process.pid), parent)
  else if (verb === 'flood') for (let i = 0; i < Number(argument); i++) print(`${i}\n`, parent)
  else if (verb === 'large') publish('display_data', { data: {}, metadata: {} }, parent, [Buffer.alloc(Number(argument) << 20)])
  else if (verb === 'buffers') publish('display_data', { data: {}, metadata: {} }, parent, [Buffer.from([1, 2, 3]), Buffer.alloc(0)])
  else print(code, parent)
  reply({ execution_count: count, user_expressions: {}, payload: [] })
}

process.on('SIGINT', () => print('interrupted', {}))
process.on('SIGTERM', () => hanging || process.exit(0))
void serve(shell)
void serve(control)
void serve(stdin)
for await (const [beat] of heart) await heart.send(beat)
