// SPDX-License-Identifier: GPL-3.0-or-later
import cf from 'cloudfront';
// A key names the two nearest buckets for each regional edge cache. A path may choose otherwise.
async function handler(event) {
  const request = event.request;
  if (request.uri === '/untouched') { return request; }
  if (request.uri.startsWith('/select/')) {
    const parts = request.uri.split('/');
    cf.selectRequestOriginById(parts[2]);
    request.uri = '/' + parts[3];
    return request;
  }
  if (request.uri.startsWith('/update/')) {
    const host = request.uri.split('/')[2];
    cf.updateRequestOrigin({ domainName: host, customHeaders: { 'x-updated': 'yes' } });
    request.uri = '/where';
    return request;
  }
  let value = '';
  try { value = await cf.kvs().get('r:' + cf.edgeLocation.region); } catch (error) { return request; }
  const pair = value.split(',');
  cf.createRequestOriginGroup({
    originIds: [{ originId: pair[0] }, { originId: pair[1] }],
    failoverCriteria: { statusCodes: [404, 500, 502, 503, 504] }
  });
  return request;
}
