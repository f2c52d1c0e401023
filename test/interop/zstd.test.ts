import { expect, test } from 'vitest'
import { decodeZstd, readZstdDictionary } from '../../src/pipeline/quanta/files/zstd/decode.ts'
import { python } from '../support/python.ts'

/** Made by libzstd: texts like those of graph files, noise, runs; many levels; with a trained, a raw and no dictionary. */
const MADE = `
import base64, json, random, sys, zstandard
random.seed(int(sys.argv[1]))
def text(n):
    return json.dumps([{"quantum_id": "%032x" % random.getrandbits(128), "task_label": random.choice(["isr", "calibrate"]),
        "data_coordinate": ["HSC", random.randrange(200), random.randrange(10**6), "r"]} for _ in range(n)]).encode()
samples = [text(1 + i % 5) for i in range(600)]
trained = zstandard.train_dictionary(4096, samples)
contents = samples[:12] + [b"", b"a", b"a" * 70000, bytes(random.getrandbits(8) for _ in range(3000)), text(1500),
    bytes(random.choice(b"ab") for _ in range(9000)), b"".join(samples[:200]), bytes(range(256)) * 20]
def case(content, level, kind):
    d = {"trained": trained, "raw": zstandard.ZstdCompressionDict(samples[0] * 3, dict_type=zstandard.DICT_TYPE_RAWCONTENT), "none": None}[kind]
    c = zstandard.ZstdCompressor(level=level, dict_data=d, write_checksum=bool(level % 2))
    b = lambda x: base64.b64encode(x).decode()
    return [kind, level, b(c.compress(content)), b(content)]
cases = [case(c, level, kind) for c in contents for level, kind in [(1, "none"), (3, "trained"), (10, "trained"), (19, "trained"), (19, "none"), (7, "raw")]]
print(json.dumps({"trained": base64.b64encode(trained.as_bytes()).decode(), "raw": base64.b64encode(samples[0] * 3).decode(), "cases": cases}))
`

test('frames of the real library are read, with dictionaries and without', () => {
  const { cases, ...dictionaries } = JSON.parse(python(MADE, '7')) as {
    trained: string
    raw: string
    cases: [kind: 'trained' | 'raw' | 'none', level: number, packed: string, content: string][]
  }
  for (const [kind, level, packed, content] of cases) {
    const dictionary =
      kind === 'none' ? undefined : readZstdDictionary(Buffer.from(dictionaries[kind], 'base64'))
    const bytes = decodeZstd(Buffer.from(packed, 'base64'), dictionary)
    expect(
      Buffer.from(bytes).equals(Buffer.from(content, 'base64')),
      `${kind} ${level} ${content.length}`,
    ).toBe(true)
  }
  expect(cases.length).toBe(120)
})
