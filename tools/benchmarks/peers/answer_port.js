// Loaded into Node functions: the CDK's Provider framework leaves the port out when it answers
// CloudFormation, which AWS never needs and this machine does.
"use strict";
const https = require("https");
const request = https.request;
const here = new URL(process.env.AWS_ENDPOINT_URL);
https.request = (options, ...rest) => {
  if (options.hostname === here.hostname && options.port === undefined) {
    return request({ ...options, port: here.port }, ...rest);
  }
  return request(options, ...rest);
};
