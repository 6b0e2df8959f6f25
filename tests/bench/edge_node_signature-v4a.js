// SPDX-License-Identifier: GPL-3.0-or-later
// SigV4A by @smithy/signature-v4a, in its fastest form: Node's hashes, an object that is kept, S3's rules for paths.
'use strict';

const { createHash, createHmac } = require('node:crypto');
const { SignatureV4a } = require('@smithy/signature-v4a');
const { handlerOf } = require('./edge_node_request.js');

class Sha256 {
  constructor(secret) {
    this.hash = secret ? createHmac('sha256', secret) : createHash('sha256');
  }
  update(data) {
    this.hash.update(data);
  }
  async digest() {
    return this.hash.digest();
  }
}

const env = process.env;
const signature = new SignatureV4a({
  credentials: {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    sessionToken: env.AWS_SESSION_TOKEN
  },
  region: '*',
  service: 's3',
  sha256: Sha256,
  uriEscapePath: false,
  applyChecksum: true
});

exports.handler = handlerOf(async function (method, host, path, headers) {
  const signed = await signature.sign({
    method: method,
    protocol: 'https:',
    hostname: host,
    path: path,
    query: {},
    headers: { ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  });
  return signed.headers;
});
