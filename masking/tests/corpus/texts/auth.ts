import { Amplify } from 'aws-amplify';

const poolId = '‹eu-west-1_yUnP26f5f›';
Amplify.configure({
  Auth: {
    Cognito: {
      userPoolId: poolId,
      userPoolClientId: '‹dffm05mqfg4r87aaj8cpbunu7e›',
      identityPoolId: '‹eu-west-1:c840aa31-f889-211e-f033-5a34e6c5d50a›',
      loginWith: { oauth: { domain: '‹lantern-login›.auth.eu-west-1.amazoncognito.com', scopes: ['openid'] } },
    },
  },
  Storage: { S3: { bucket: '‹lantern-user-files›', region: 'eu-west-1' } },
  API: { GraphQL: { endpoint: 'https://‹k3v9x1qz8w2mtp7r5y4u6n0aes›.appsync-api.eu-west-1.amazonaws.com/graphql', apiKey: '‹da2-765i2d68iyvpcosgvl2zgkgqes›' } },
});
