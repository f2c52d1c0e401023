import type { ScalarTag } from 'yaml'

const scalar = (type: string, test: RegExp, resolve: (text: string) => unknown): ScalarTag => ({
  tag: `tag:yaml.org,2002:${type}`,
  default: true,
  test,
  resolve,
})

/**
 * What plain scalars mean to PyYAML, which reads and writes the stack's files: YAML 1.1 but for its own strictness. `090000` and
 * `1e3` are text (an octal has no 9, a float has a point and a signed exponent), `017` is 15, `1_000` is 1000, `1:30` is 90 and
 * yes, no, on, off are booleans; y and n are text. Integers are bigint here.
 */
export const PYYAML_SCALARS: readonly ScalarTag[] = [
  scalar('null', /^(?:~|null|Null|NULL|)$/, () => null),
  scalar('bool', /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/, () => true),
  scalar('bool', /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/, () => false),
  scalar('int', /^[-+]?0b[01_]+$/, integer),
  scalar('int', /^[-+]?0[0-7_]+$/, (text) => integer(text.replace(/^([-+]?)0_*/, '$10o'))),
  scalar('int', /^[-+]?(?:0|[1-9][0-9_]*)$/, integer),
  scalar('int', /^[-+]?0x[0-9a-fA-F_]+$/, integer),
  scalar('int', /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/, (text) => BigInt(sexagesimal(text))),
  scalar(
    'float',
    /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/,
    (text) => Number(text.replaceAll('_', '')),
  ),
  scalar('float', /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/, sexagesimal),
  scalar('float', /^[-+]?\.(?:inf|Inf|INF)$/, (text) => (text.startsWith('-') ? -Infinity : Infinity)),
  scalar('float', /^\.(?:nan|NaN|NAN)$/, () => Number.NaN),
  scalar('timestamp', /^\d{4}-\d\d-\d\d$/, (text) => new Date(`${text}T00:00:00Z`)),
  scalar(
    'timestamp',
    /^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/,
    dateTime,
  ),
]

/** Words that PyYAML refuses or takes for something else when they stand bare; for the writer only. */
export const PYYAML_REFUSED: ScalarTag = scalar('value', /^(?:=|<<)$/, (text) => text)

/** Digits may have underscores, and a prefix after the sign; an octal of zeros only is 0. */
function integer(text: string): bigint {
  const digits = text
    .replaceAll('_', '')
    .replace(/^[-+]/, '')
    .replace(/^0[obx]$/, '0')
  return text.startsWith('-') ? -BigInt(digits) : BigInt(digits)
}

function sexagesimal(text: string): number {
  const parts = text.replaceAll('_', '').replace(/^[-+]/, '').split(':').map(Number)
  const value = parts.reduce((sum, part) => sum * 60 + part, 0)
  return text.startsWith('-') ? -value : value
}

function dateTime(text: string): Date {
  const m =
    /^(\d+)-(\d+)-(\d+)(?:[Tt]|[ \t]+)(\d+):(\d+):(\d+)(?:\.(\d*))?[ \t]*(?:Z|([-+])(\d+)(?::(\d+))?)?$/.exec(
      text,
    )!
  const [year, month, day, hour, minute, second] = m.slice(1, 7).map(Number)
  const ms = Number((m[7] ?? '').padEnd(3, '0').slice(0, 3))
  const offset = (Number(m[9] ?? 0) * 60 + Number(m[10] ?? 0)) * (m[8] === '-' ? -1 : 1)
  return new Date(Date.UTC(year!, month! - 1, day!, hour, minute! - offset, second, ms))
}
