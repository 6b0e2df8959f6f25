// SPDX-License-Identifier: GPL-3.0-or-later
// Selects the bucket for a request, in the origin mode nearest_bucket.

import cf from 'cloudfront';
import { nearestOrigins } from './store.js';

// The role inserts true or false here.
const SELECTS_ORIGINS = '__EDGE_SELECTS_ORIGINS__';

export function withOrigin(request) {
  return SELECTS_ORIGINS === 'true' ? fromNearest(request) : request;
}

// cf.edgeLocation.region is one of the 13 Regions with a regional edge cache: the one that CloudFront expects to use, also
// while that one fails over. Source: CloudFront Developer Guide, "CloudFront Functions helper methods".
async function fromNearest(request) {
  // After any error here, the target of the behavior serves.
  try {
    const ids = await nearestOrigins(cf.edgeLocation.region);
    if (ids.length === 2) {
      cf.createRequestOriginGroup({
        originIds: [{ originId: ids[0] }, { originId: ids[1] }],
        // 404: not replicated yet. Not 403: a missing permission must be visible.
        failoverCriteria: { statusCodes: [404, 500, 502, 503, 504] }
      });
    } else if (ids.length === 1) {
      cf.selectRequestOriginById(ids[0]);
    }
  } catch (error) {
    console.log('no origin was chosen: ' + error);
  }
  return request;
}
