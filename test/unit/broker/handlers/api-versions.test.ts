import { describe, expect, it } from 'vitest'
import type { RequestContext, Services } from '../../../../src/broker/handlers/services.ts'
import { handlersOf } from '../../../../src/broker/handlers/table.ts'
import { MetadataImage } from '../../../../src/broker/metadata/image.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import type { ApiVersionsResponse } from '../../../../src/protocol/messages/18-api-versions.ts'

function answered(): ApiVersionsResponse {
  const answers: unknown[] = []
  const services = { image: new MetadataImage() } as Services
  const request = { clientSoftwareName: 'a', clientSoftwareVersion: '1' }
  handlersOf('broker')
    .get(apis.apiVersions.key)!
    .handle(services, { apiVersion: 4 } as RequestContext, request, (answer) => answers.push(answer))
  return answers[0] as ApiVersionsResponse
}

describe('ApiVersions', () => {
  it('names the APIs that are served and no other that the program can read, in the order of their keys', () => {
    const served = Object.values(apis).filter(({ key }) => handlersOf('broker').has(key))
    const expected = served.map(({ key, advertised }) => ({
      ...{ apiKey: key, minVersion: advertised.min, maxVersion: advertised.max },
    }))
    expect(answered().apiKeys).toEqual(expected)
  })
})
