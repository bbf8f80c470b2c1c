//! Registries, clusters, functions, APIs.

use super::{Check, Class, KeyRule, ROW, Risk, Row, Rule, Tail, Tier};

const HOST: Row = Row { risk: Risk::Topology, ..ROW };

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "ecr_repository",
        label: "REPOSITORY",
        rules: &[Rule::Arn("ecr:repository|codecommit:")],
        asked: &[
            Rule::Host(".dkr", r"{account}\.dkr[.-]ecr(?:-fips)?[.-]{region}\.{aws}{/}([a-z0-9][a-z0-9._/-]{1,255})"),
            Rule::Resource(
                "ecr_repository|AWS::ECR::Repository|codecommit_repository|AWS::CodeCommit::Repository",
                "([A-Za-z0-9][A-Za-z0-9._/-]{1,255})",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "repository name|ecr repository|ecr repositories|ecr repo",
                value: "[A-Za-z0-9][A-Za-z0-9._/-]{1,255}",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:ecr:us-east-1:123456789012:repository/‹northwind/orders›"],
        no: &["repository/x"],
        ..ROW
    },
    Row {
        id: "eks_endpoint",
        label: "EKS_HOST",
        rules: &[Rule::Host(".eks.", r"([0-9A-Fa-f]{32}\.[a-z0-9]{3})\.{region}\.eks\.{aws}")],
        yes: &["https://‹A1B2C3D4E5F60718293A4B5C6D7E8F90.gr7›.us-east-1.eks.amazonaws.com"],
        no: &["eks.us-east-1.amazonaws.com"],
        ..HOST
    },
    Row {
        id: "eks_oidc",
        label: "OIDC",
        rules: &[
            Rule::Host("oidc.eks", r"oidc\.eks\.{region}\.{aws}{/}id{/}([0-9A-Fa-f]{32})"),
            Rule::Host(".eks.", r"([0-9A-Fa-f]{32})\.[a-z0-9]{3}\.{region}\.eks\.{aws}"),
        ],
        yes: &[
            "oidc.eks.us-east-2.amazonaws.com/id/‹A1B2C3D4E5F60718293A4B5C6D7E8F90›",
            "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/‹A1B2C3D4E5F60718293A4B5C6D7E8F90›",
        ],
        no: &["oidc.eks.us-east-2.amazonaws.com"],
        ..ROW
    },
    Row {
        id: "eks_cluster",
        label: "EKS",
        rules: &[Rule::Arn(
            "eks:cluster|eks:nodegroup|eks:addon|eks:fargateprofile|eks:identityproviderconfig|\
                        eks:access-entry",
        )],
        asked: &[
            Rule::Resource(
                "eks_cluster|eks_node_group|AWS::EKS::Cluster|AWS::EKS::Nodegroup",
                "([A-Za-z0-9][A-Za-z0-9_-]{1,98}[A-Za-z0-9])",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "cluster name|eks cluster|eks cluster name|nodegroup name|node group name|eks 클러스터|eks クラスター|eks 集群|eks-cluster|clúster eks|cluster eks|кластер eks",
                value: "[A-Za-z0-9][A-Za-z0-9_-]{1,98}[A-Za-z0-9]",
                check: Check::Name,
            }),
            Rule::After(
                "update-kubeconfig|describe-cluster|update-cluster",
                r#"(?:update-kubeconfig|(?:describe|update)-cluster(?:-[a-z]{4,9})?){options} --name[ =]["']?([A-Za-z0-9][A-Za-z0-9_-]{2,99})"#,
                Check::Name,
            ),
        ],
        yes: &["arn:aws:eks:us-east-1:123456789012:cluster/‹prod-1›"],
        no: &["cluster/x"],
        ..ROW
    },
    Row {
        id: "ecs_cluster",
        label: "ECS",
        rules: &[Rule::Arn("ecs:cluster")],
        asked: &[
            Rule::Resource(
                "ecs_cluster|AWS::ECS::Cluster",
                "([A-Za-z0-9][A-Za-z0-9_-]{1,253}[A-Za-z0-9])",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "ecs cluster|ecs cluster name|^cluster",
                value: "[A-Za-z0-9][A-Za-z0-9_-]{1,253}[A-Za-z0-9]",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:ecs:us-east-1:123456789012:cluster/‹notify-cluster-qa›"],
        no: &["service/x"],
        ..ROW
    },
    Row {
        id: "ecs_service",
        label: "ECS_SERVICE",
        rules: &[Rule::Arn("ecs:service")],
        asked: &[
            Rule::Resource(
                "ecs_service|AWS::ECS::Service",
                "([A-Za-z0-9][A-Za-z0-9_-]{1,253}[A-Za-z0-9])",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "service name|ecs service",
                value: "[A-Za-z0-9][A-Za-z0-9_-]{1,253}[A-Za-z0-9]",
                check: Check::Name,
            }),
            Rule::After(
                "ecs ",
                r#"ecs (?:update|describe|delete|create|execute)-[a-z]{4,8}{options} --services?[ =]["']?([A-Za-z0-9][A-Za-z0-9_-]{2,254})"#,
                Check::Name,
            ),
        ],
        yes: &["arn:aws:ecs:us-east-1:123456789012:service/‹prod/checkout-svc›"],
        no: &["service/x"],
        ..ROW
    },
    Row {
        id: "ecs_task",
        label: "ECS_TASK",
        rules: &[Rule::Arn("ecs:task|ecs:container-instance|ecs:task-definition")],
        asked: &[
            Rule::Resource(
                "ecs_task_definition|AWS::ECS::TaskDefinition",
                "([A-Za-z0-9][A-Za-z0-9_-]{1,253}[A-Za-z0-9])",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "task definition|task definition family|task family|task families",
                value: "[A-Za-z0-9][A-Za-z0-9_:-]{1,253}[A-Za-z0-9]",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:ecs:us-east-1:123456789012:task-definition/‹acme-task:3›"],
        no: &["task/sha256"],
        ..ROW
    },
    Row {
        id: "lambda_function",
        label: "LAMBDA",
        rules: &[Rule::Arn("lambda:function|lambda:layer")],
        asked: &[
            Rule::Resource("lambda_function|AWS::Lambda::Function", "([A-Za-z0-9_][A-Za-z0-9_-]{2,63})", Check::Name),
            Rule::Key(KeyRule {
                names: "function name|lambda function|lambda functions|lambda name|函数|함수|関数|função|función|fonction|funzione|функция|lambda 함수|lambda 関数|lambda 函数|lambda-funktion|función lambda|funcion lambda|função lambda|fonction lambda|funzione lambda|функция lambda|функции lambda|funkcja lambda|hàm lambda",
                value: "[A-Za-z0-9_][A-Za-z0-9_-]{2,63}",
                check: Check::Name,
            }),
            Rule::After("/functions/", "/20[0-9-]{8}/functions/([A-Za-z0-9_-]{3,64})", Check::Name),
        ],
        yes: &["arn:aws:lambda:us-west-2:123456789012:function:‹my-function›"],
        no: &["function name() {"],
        ..ROW
    },
    Row {
        id: "lambda_function_url",
        label: "LAMBDA_URL",
        rules: &[Rule::Host(".lambda-url.", r"([a-z0-9]{32})\.lambda-url\.{region}\.on\.aws")],
        yes: &["https://‹33007eff2946476288150f0510a6e53b›.lambda-url.us-east-1.on.aws/"],
        no: &["lambda-url.us-east-1.on.aws"],
        ..HOST
    },
    Row {
        id: "api_gateway",
        label: "API",
        rules: &[
            Rule::Host(
                ".execute-api.",
                r"([a-z0-9]{8,10}|d-[a-z0-9]{4,10})(?:-vpce-[0-9a-f]{8,17})?\.execute-api\.{region}\.{aws}",
            ),
            Rule::Key(KeyRule {
                names: "api id|rest api id|rest api|api gateway id",
                value: "[a-z0-9]{10}",
                check: Check::Digit,
            }),
            Rule::After("restapis", r"restapis{/}([a-z0-9]{10})", Check::Digit),
            Rule::After(
                "invalid api identifier specified ",
                r"(?i:invalid api identifier specified) [^\s:]{3,40}:([a-z0-9]{10})",
                Check::Digit,
            ),
            // Of the parts of an API, the second word is its id: `agm-a1b2c3d4e5-x1-GET`.
            Rule::Resource(
                "api_gateway_rest_api|api_gateway_rest_api_policy|api_gateway_stage|api_gateway_method|\
                        api_gateway_method_response|api_gateway_integration|api_gateway_integration_response|\
                        api_gateway_gateway_response|api_gateway_model|apigatewayv2_api|AWS::ApiGateway::RestApi|\
                        AWS::ApiGatewayV2::Api",
                "(?:ag[a-z]{1,3}-)?([a-z0-9]{10})",
                Check::Digit,
            ),
            // A description of an API. (API Gateway API reference, "RestApi")
            Rule::Sibling(
                "endpointConfiguration|apiKeySource|disableExecuteApiEndpoint|rootResourceId",
                KeyRule { names: "id", value: "[a-z0-9]{10}", check: Check::Digit },
            ),
            // The members of an API, in the order of the alphabet: its id, its name, its root. (AWS CLI, `--output text`)
            Rule::After(
                "items\theader\t|items\tauthorizer\t",
                r"ITEMS\t(?:HEADER|AUTHORIZER)\t(?:[^\t\n]{1,300}\t){1,3}([a-z0-9]{10})\t[^\t\n]{1,300}\t([a-z0-9]{10})(?:\s|$)",
                Check::Digit,
            ),
            // The group of logs that the service makes. (API Gateway developer guide, "Set up CloudWatch logging")
            Rule::After("api-gateway-execution-logs_", "(?i:api-gateway-execution-logs_)([a-z0-9]{10})", Check::Digit),
            // A console's address.
            Rule::After("/apis/|api=", "(?:/apis/|[?&]api=)([a-z0-9]{10})", Check::Mixed),
            Rule::Arn("apigateway:restapis|apigateway:apis|execute-api:"),
        ],
        yes: &[
            "https://‹aabbccddee›.execute-api.us-west-2.amazonaws.com/prod",
            "--rest-api-id ‹1234123412›",
            r#"{"items": [{"id": "‹a1b2c3d4e5›", "name": "x", "endpointConfiguration": {"types": ["EDGE"]}}]}"#,
            "aws_api_gateway_method.m: Refreshing state... [id=agm-‹a1b2c3d4e5›-x1-GET]",
            "/apigateway/main/apis/‹a1b2c3d4e5›/resources?api=‹a1b2c3d4e5›&region=us-east-1",
            "arn:aws:apigateway:us-east-1::/restapis/‹a1b2c3d4e5›",
            "arn:aws:execute-api:us-east-1:123456789012:‹a1b2c3d4e5›/prod/GET/x",
            "Invalid API identifier specified 123456789012:‹a1b2c3d4e5›",
            "ITEMS\tHEADER\t2024-06-11T10:02:11+00:00\tFalse\t‹9ab06kailx›\tpublic\t‹742a3m7tly›\n",
        ],
        no: &["execute-api.us-east-1.amazonaws.com", "api_id = variable"],
        ..ROW
    },
    Row {
        id: "apprunner_host",
        label: "APPRUNNER",
        rules: &[Rule::Host(".awsapprunner.", r"([a-z0-9]{10})\.{region}\.awsapprunner\.com")],
        yes: &["‹psbqam834h›.us-east-1.awsapprunner.com"],
        no: &["www.awsapprunner.com"],
        ..HOST
    },
    Row {
        id: "amplify_app",
        label: "AMPLIFY",
        rules: &[
            Rule::Host("amplifyapp", r"(?:{name}\.)?(d[a-z0-9]{9,19})\.amplifyapp\.com"),
            Rule::Arn("amplify:apps"),
        ],
        yes: &["https://main.‹d1a2b3c4d5e6f7›.amplifyapp.com"],
        no: &["www.amplifyapp.com"],
        ..ROW
    },
    Row {
        id: "eb_environment",
        label: "BEANSTALK",
        rules: &[
            Rule::Id("e", Tail::Run(Class::Lower, 10..=10, Check::Mixed)),
            Rule::Host(
                "elasticbeanstalk",
                r"([A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.eba-[a-z0-9]{8}|\.[a-z0-9]{10})?)(?:\.{region})?\.elasticbeanstalk\.com",
            ),
            Rule::Arn("elasticbeanstalk:environment|elasticbeanstalk:application"),
        ],
        yes: &["‹e-rpqsewtp2j›", "‹scorekeep-env-1.m4fg2pfzpv›.us-east-2.elasticbeanstalk.com"],
        no: &["e-commerce10x", "e-0123456789"],
        ..ROW
    },
    Row {
        id: "transfer_server",
        label: "TRANSFER",
        rules: &[Rule::Id("s|w|a|c|p|cert|hostkey|webapp", Tail::Hex17)],
        yes: &["‹s-01234567890abcdef›"],
        no: &["s-expression"],
        ..ROW
    },
    Row {
        id: "servicediscovery",
        label: "DISCOVERY",
        rules: &[
            Rule::Id("ns|srv", Tail::Run(Class::Lower, 16..=20, Check::Scrambled)),
            // Under its name it needs no digits.
            Rule::After(
                "namespace_id|namespaceid|namespace-id|namespace id",
                r"(?i:namespace[ _-]?ids?)[^A-Za-z0-9\n]{1,12}(ns-[a-z0-9]{16,20})",
                Check::None,
            ),
        ],
        yes: &[
            "namespace_id = \"‹ns-dsrwulqayptulhdf›\"",
            "{\"NamespaceIds\": [\"‹ns-lhrvehvibgzb2wza›\"]}",
            "‹ns-xxynd1fcmb69oe34ilvp›",
            "‹srv-xkqvdbzmwpljhtgr7qwz›",
        ],
        no: &["ns-2048.awsdns-64.com", "srv-production-database", "srv-productiondatabase1", "ns-subscription1service"],
        ..ROW
    },
    Row {
        id: "cfn_stack",
        label: "STACK",
        rules: &[Rule::Arn("cloudformation:stack|cloudformation:stackset|cloudformation:changeSet")],
        asked: &[
            Rule::Resource(
                "cloudformation_stack|AWS::CloudFormation::Stack",
                "([A-Za-z][A-Za-z0-9-]{2,127})",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "stack name|cloudformation stack|^stack|pile cloudformation|cloudformation-stack|pila de cloudformation",
                value: "[A-Za-z][A-Za-z0-9-]{2,127}",
                check: Check::Name,
            }),
        ],
        yes: &[
            "arn:aws:cloudformation:us-east-1:123456789012:stack/‹gateway-dev/8ff84582-673b-4e85-a3ff-3fbd28da7b16›",
        ],
        no: &["stack/x"],
        tier: Tier::Default,
        ..ROW
    },
];
