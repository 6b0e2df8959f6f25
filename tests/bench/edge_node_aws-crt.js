// SPDX-License-Identifier: GPL-3.0-or-later
// SigV4A by aws-crt, in its fastest form: a credentials provider that is kept, and S3's rules for paths.
'use strict';

const { auth, http } = require('aws-crt');
const { handlerOf } = require('./edge_node_request.js');

const env = process.env;
const provider = auth.AwsCredentialsProvider.newStatic(
  env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN
);

exports.handler = handlerOf(async function (method, host, path, headers) {
  const request = new http.HttpRequest(method, path, new http.HttpHeaders(Object.entries(headers)));
  const signed = await auth.aws_sign_request(request, {
    algorithm: auth.AwsSigningAlgorithm.SigV4Asymmetric,
    signature_type: auth.AwsSignatureType.HttpRequestViaHeaders,
    provider: provider,
    region: '*',
    service: 's3',
    date: new Date(),
    use_double_uri_encode: false,
    should_normalize_uri_path: false,
    signed_body_value: 'UNSIGNED-PAYLOAD',
    signed_body_header: auth.AwsSignedBodyHeaderType.XAmzContentSha256
  });
  return Object.fromEntries(signed.headers);
});
