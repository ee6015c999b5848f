/**
 * What a setting is: a name of Kafka's, a type, a default, a documented meaning, and the values it takes.
 * One value in text form becomes one value of the type, or a sentence that says what is wrong with it.
 */

export type SettingType = 'int' | 'long' | 'boolean' | 'string' | 'list'

export type SettingValue = number | boolean | string

export interface Setting {
  readonly name: string
  readonly type: SettingType
  readonly default: SettingValue
  readonly doc: string
  /** The default is not told: in Kafka it stands under another name, in a coarser unit (`log.retention.hours`). */
  readonly defaultIsUntold?: boolean
  /** Told of where it is set only. */
  readonly isInternal?: boolean
  /** Inclusive bounds of numbers. */
  readonly min?: number
  readonly max?: number
  /** What a request must at least ask for. What is on record, and what a broker is started with, is obeyed from `min` on. */
  readonly minAsked?: number
  /** Numbers within the bounds that are refused all the same. */
  readonly except?: readonly number[]
  /** The only strings (or list elements) allowed; an empty one stands for the list without elements. */
  readonly oneOf?: readonly string[]
  /** What the text, or each element of a list, looks like where not every text will do. */
  readonly each?: RegExp
}

export type Parsed =
  | { readonly ok: true; readonly value: SettingValue }
  | { readonly ok: false; readonly problem: string }

/** Parses a value in Kafka's text form. */
export function parseSetting(setting: Setting, text: string): Parsed {
  switch (setting.type) {
    case 'int':
    case 'long':
      return parseInteger(setting, text.trim())
    case 'boolean': {
      const word = text.trim().toLowerCase()
      if (word === 'true' || word === 'false') return { ok: true, value: word === 'true' }
      return refuse(setting, text, 'it takes true or false')
    }
    case 'string':
    case 'list': {
      const words = (setting.type === 'list' ? text.split(',') : [text]).map((word) => word.trim())
      const allowed = words.length > 1 ? setting.oneOf?.filter((word) => word !== '') : setting.oneOf
      const stranger = allowed && words.find((word) => !allowed.includes(word))
      if (stranger !== undefined) return refuse(setting, text, `it takes ${setting.oneOf?.join(', ')}`)
      const odd = words.find((word) => setting.each?.test(word) === false)
      if (odd !== undefined) return refuse(setting, text, `${odd} is not of the form that is documented`)
      return { ok: true, value: (setting.oneOf === undefined ? words : [...new Set(words)]).join(',') }
    }
  }
}

/** As `parseSetting`, for a value that a request asks for. */
export function parseAsked(setting: Setting, text: string): Parsed {
  const { minAsked } = setting
  return parseSetting(minAsked === undefined ? setting : { ...setting, min: minAsked }, text)
}

function parseInteger(setting: Setting, text: string): Parsed {
  const isInteger =
    /^[+-]?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''))
  const value = isInteger ? Number(text) : Number.NaN
  const widest = setting.type === 'int' ? 2 ** 31 - 1 : Number.MAX_SAFE_INTEGER
  // Kafka's largest long is a common way to say "never"; it is beyond exact integers here and means the same.
  const bounded = setting.type === 'long' && value > widest ? widest : value
  if (Number.isNaN(bounded)) return refuse(setting, text, 'it takes an integer')
  const min = setting.min ?? -widest - 1
  const max = setting.max ?? widest
  if (setting.except?.includes(bounded)) return refuse(setting, text, `it does not take ${bounded}`)
  if (bounded < min || bounded > max) return refuse(setting, text, `it takes an integer from ${min} to ${max}`)
  return { ok: true, value: bounded }
}

function refuse(setting: Setting, text: string, takes: string): Parsed {
  return { ok: false, problem: `Invalid value ${text} for configuration ${setting.name}: ${takes}` }
}

/** A setting that is unknown or does not take the value given. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
}
