// SPDX-License-Identifier: GPL-3.0-or-later
import cf from 'cloudfront';
async function handler(event) {
  const request = event.request;
  if (request.uri === '/who') {
    const release = await cf.kvs().get('release');
    return { statusCode: 200, headers: { 'x-made': { value: 'yes' } }, body: JSON.stringify({
      host: request.headers.host.value, pop: cf.edgeLocation.name, region: cf.edgeLocation.region,
      release: release, headers: Object.keys(request.headers), ip: event.viewer.ip }) };
  }
  if (request.uri.startsWith('/echo/')) { return { statusCode: 200, body: request.uri }; }
  if (request.uri === '/throw') { throw new Error('on purpose'); }
  return request;
}
