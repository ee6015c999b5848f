/** Where two answers differ. */

/** One place at which two values are not the same. */
export interface Difference {
  /** Fields and, in brackets, what the elements of arrays are called or their places. */
  readonly path: string
  readonly samsa: unknown
  readonly apache: unknown
}

/** What stands for a value that one side does not have. */
export const ABSENT = '(absent)'
const ELEMENT_NAMES = [
  'name',
  'topic',
  'topicName',
  'topicId',
  'resourceName',
  'index',
  'partitionIndex',
  'apiKey',
  'feature',
]

/** Every place at which they differ, in the order of the fields. */
export function differences(samsa: unknown, apache: unknown, path = ''): readonly Difference[] {
  if (Object.is(samsa, apache)) return []
  if (Array.isArray(samsa) && Array.isArray(apache)) return ofArrays(samsa, apache, path)
  if (!isPlain(samsa) || !isPlain(apache)) return [{ path, samsa, apache }]
  const names = [...new Set([...Object.keys(samsa), ...Object.keys(apache)])]
  return names.flatMap((name) =>
    differences(
      name in samsa ? samsa[name] : ABSENT,
      name in apache ? apache[name] : ABSENT,
      path === '' ? name : `${path}.${name}`,
    ),
  )
}

/** Elements with a name are compared by it, others by their place. */
function ofArrays(samsa: readonly unknown[], apache: readonly unknown[], path: string): readonly Difference[] {
  const ours = keyed(samsa)
  const theirs = keyed(apache)
  const keys = [...new Set([...ours.keys(), ...theirs.keys()])]
  return keys.flatMap((key) =>
    differences(ours.has(key) ? ours.get(key) : ABSENT, theirs.has(key) ? theirs.get(key) : ABSENT, `${path}[${key}]`),
  )
}

function keyed(elements: readonly unknown[]): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>()
  for (const [place, element] of elements.entries()) {
    const named = isPlain(element) ? ELEMENT_NAMES.filter((name) => name in element).map((name) => element[name]) : []
    const key = named.length === 0 ? String(place) : named.join('/')
    found.set(found.has(key) ? `${key}#${place}` : key, element)
  }
  return found
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
