/**
 * Settings that bound what peers can make a broker hold: connections, requests, answers. Part of `brokerSettings`; what
 * happens at each limit is told in `docs/limits.md`.
 */

import type { Setting } from './setting.ts'

/** Under Kafka's names, with Kafka's defaults. */
export const limitSettings = {
  'socket.request.max.bytes': { type: 'int', default: 104_857_600, min: 1, doc: 'The largest request that is read.' },
  'connections.max.idle.ms': { type: 'long', default: 600_000, min: 1, doc: 'How long a connection may be silent.' },
  'max.connections': {
    type: 'int',
    default: 2 ** 31 - 1,
    min: 0,
    doc: 'Connections served at one time, at each listener; more of them wait, as many as may be pending.',
  },
  'max.connections.per.ip': {
    type: 'int',
    default: 2 ** 31 - 1,
    min: 0,
    doc: 'Connections of one address at one time, at each listener; more of them are reset.',
  },
  'max.connections.per.ip.overrides': {
    type: 'string',
    default: '',
    each: /^(|[^,]+:\d{1,9}(,[^,]+:\d{1,9})*)$/,
    doc: 'Addresses with a number of connections of their own, as ADDRESS:NUMBER,…',
  },
  'socket.listen.backlog.size': {
    type: 'int',
    default: 50,
    min: 1,
    doc: 'Connections that may wait while max.connections are served; more of them are reset.',
  },
  'queued.max.request.bytes': {
    type: 'long',
    default: -1,
    min: -1,
    doc: 'Bytes of requests, from their arrival to their answer, above which no more are read; -1: no limit.',
  },
  'fetch.max.bytes': { type: 'int', default: 57_671_680, min: 1024, doc: 'The most bytes one fetch is answered with.' },
  'max.incremental.fetch.session.cache.slots': {
    type: 'int',
    default: 1000,
    min: 0,
    doc: 'Fetch sessions kept at one time.',
  },
} as const satisfies Readonly<Record<string, Omit<Setting, 'name'>>>
