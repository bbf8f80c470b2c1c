//! Databases, caches, warehouses, search.

use super::{Check, Class, KeyRule, ROW, Risk, Row, Rule, Tail, Tier};

/// A host whose first labels are a database's and a hash of its account.
const HOST: Row = Row { risk: Risk::Topology, ..ROW };

/// A name of several words that tells itself from words of a sentence: it ends in a number or in what people call a part or
/// a stage of a database.
macro_rules! slug {
    () => {
        "[a-z][a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,4}-(?:[a-z]{0,8}[0-9]{1,4}|prod|prd|production|stage|staging|stg|dev|test|qa|uat|live|\
         db|main)"
    };
}

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "rds_endpoint",
        label: "RDS_HOST",
        rules: &[
            Rule::Host(
                ".rds.",
                r"({name}\.(?:(?:cluster(?:-ro|-custom)?-|proxy-|limitless-)?[a-z0-9]{8,14}|endpoint\.proxy-[a-z0-9]{8,14}))\.(?:rds\.)?{region}(?:\.rds)?\.{aws}",
            ),
            Rule::Host(
                ".docdb",
                r"({name}\.(?:cluster(?:-ro|-custom)?-)?[a-z0-9]{8,14})\.(?:docdb\.)?{region}(?:\.docdb(?:-elastic)?)?\.{aws}",
            ),
            Rule::Host(
                ".neptune.",
                r"({name}\.(?:cluster(?:-ro|-custom)?-)?[a-z0-9]{8,14})\.(?:neptune\.)?{region}(?:\.neptune)?\.{aws}",
            ),
        ],
        yes: &[
            "‹mydb.abc1defghijk›.us-east-1.rds.amazonaws.com:5432",
            "‹MYDB.ABC1DEFGHIJK›.US-EAST-1.RDS.AMAZONAWS.COM",
            "‹sample-cluster.cluster-corcjozrlsfc›.us-west-2.docdb.amazonaws.com",
            "‹app.proxy-abc1defghijk›.us-east-1.rds.amazonaws.com",
            // In China the region is in front of the domain. (AWS China, "Endpoints and ARNs")
            "‹acme.abc123def456›.rds.cn-north-1.amazonaws.com.cn",
            "‹sample-cluster.cluster-corcjozrlsfc›.docdb.cn-northwest-1.amazonaws.com.cn",
        ],
        no: &["rds.us-east-1.amazonaws.com"],
        ..HOST
    },
    Row {
        id: "rds_snapshot",
        label: "RDS_SNAPSHOT",
        rules: &[
            Rule::Key(KeyRule {
                names: "snapshot identifier|db snapshot|rds snapshot|cluster snapshot|db 스냅샷|rds 스냅샷|\
                        db スナップショット|rds スナップショット|数据库快照",
                // What Redshift makes itself, and a copy of that, has a prefix too.
                value: "(?:rds:|rds%3[Aa]|awsbackup:|(?:copy:)?rs:|cm:)?[A-Za-z][A-Za-z0-9-]{1,254}",
                check: Check::Name,
            }),
            Rule::Resource(
                "db_snapshot|db_cluster_snapshot|db_snapshot_copy|AWS::RDS::DBSnapshot",
                "((?:rds:|awsbackup:)?[A-Za-z][A-Za-z0-9-]{1,254})",
                Check::Name,
            ),
            Rule::Arn("rds:snapshot|rds:cluster-snapshot"),
            Rule::After(
                "snapshot with the identifier ",
                "snapshot with the identifier ([A-Za-z][A-Za-z0-9-]{1,254}) already exists",
                Check::Name,
            ),
            // Names that the service makes itself.
            Rule::Literal(
                "rds:",
                r"rds:[A-Za-z][A-Za-z0-9-]{0,62}-20[0-9]{2}(?:-[0-9]{2}){4}",
                super::Edge::Compound,
                Check::None,
            ),
        ],
        yes: &[
            r#""DBSnapshotIdentifier": "‹rds:mydb-2019-03-07-08-10›""#,
            "--db-cluster-snapshot-identifier ‹snapone›",
            "a snapshot with the identifier ‹snapone› already exists.",
            "--snapshot-identifier ‹rs:warehouse-1-2019-12-09-16-42-43›",
            "arn:aws:rds:us-east-1:123456789012:snapshot:‹rds:mydb-2019-03-07-08-10›",
        ],
        no: &["snapshot_identifier: string", "\"db_snapshot_identifier\": null"],
        ..ROW
    },
    Row {
        id: "rds_cluster",
        label: "RDS_CLUSTER",
        rules: &[
            Rule::Key(KeyRule {
                names: "cluster identifier|rds cluster id|db cluster|rds cluster|aurora cluster|db cluster id|db cluster name|\
                        db 클러스터|rds 클러스터|aurora 클러스터|db クラスター|db クラスター識別子|クラスター識別子|クラスタ識別子|db 클러스터 식별자|클러스터 식별자|集群标识符|数据库集群标识符|db-cluster-kennung|identificador de clúster|identificador del clúster|identificador do cluster|identifiant de cluster|identificatore del cluster|rds クラスター|db クラスタ|数据库集群|aurora 集群|db 集群|rds 集群|datenbankcluster|\
                        clúster rds|cluster rds|cluster db|кластер БД|кластера БД",
                value: "[A-Za-z][A-Za-z0-9-]{1,62}",
                check: Check::Name,
            }),
            Rule::After("dbcluster ", "DBCluster ([A-Za-z][A-Za-z0-9-]{1,62}) not found", Check::Name),
            Rule::Host(".rds.", r"({name})\.cluster(?:-ro|-custom)?-[a-z0-9]{8,14}\.{region}\.rds\.{aws}"),
            Rule::Resource(
                "rds_cluster|rds_global_cluster|docdb_cluster|docdb_global_cluster|neptune_cluster|\
                        rds_cluster_role_association|rds_cluster_activity_stream|AWS::RDS::DBCluster|\
                        AWS::RDS::GlobalCluster|AWS::DocDB::DBCluster|AWS::Neptune::DBCluster",
                "({name})",
                Check::Name,
            ),
            Rule::Arn("rds:cluster|rds:global-cluster"),
        ],
        yes: &[
            "--db-cluster-identifier ‹sample-cluster›",
            "DBClusterNotFoundFault: DBCluster ‹ordersdb› not found.",
            "arn:aws:rds:us-east-1:123456789012:cluster:‹orders›",
            "│ 用途 │ DBクラスター識別子 │\n├───┼───┤\n│ 帳票 │ ‹suzume-chohyo-cl› │\n│ 会計 │ ‹suzume-kaikei-cl› │\n",
        ],
        no: &["cluster_identifier: string", "db_cluster_identifier = var.cluster"],
        ..ROW
    },
    Row {
        id: "rds_instance",
        label: "RDS",
        rules: &[
            Rule::Key(KeyRule {
                names: "instance identifier|rds instance id|rds identifier|db identifier|db instance|rds instance|database instance|db instance id|\
                        db instance name|rds 인스턴스|db 인스턴스|인스턴스 식별자|rds インスタンス|db識別子|ＤＢ識別子|db 識別子|db 식별자|db식별자|数据库标识符|db インスタンス|db インスタンス識別子|db インスタンス id|数据库实例|实例标识符|rds 实例|db instanz|\
                        rds instanz|datenbankinstanz|instancia rds|instancia de base de datos|instance de base de données|\
                        istanza di database|instância de banco de dados|instancia de bd|instancia de rds|instância rds|\
                        instância de rds|instance rds|istanza rds|инстанс rds|инстанса rds|Инстанс rds|экземпляр rds|экземпляра rds|Экземпляр rds|\
                        экземпляр БД|Экземпляр БД|экземпляр базы данных|Экземпляр базы данных|екземпляр rds|Екземпляр rds|інстанс rds|\
                        Інстанс rds|instancja rds|rds instantie|rds instans|rds örneği|\
                        instancia db|instanță rds|phiên bản rds",
                value: "[A-Za-z][A-Za-z0-9-]{1,62}",
                check: Check::Name,
            }),
            // What other languages call it in a sentence, where a word may be the next one.
            Rule::Key(KeyRule {
                names: "base de datos|base de données|datenbank|de dados|데이터베이스|データベース|数据库|база данных|\
                        базу данных|baza danych|veritabanı",
                value: "[a-z][a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){1,5}-(?:[a-z]{0,8}[0-9]{1,4}|prod|prd|stage|staging|stg|dev|\
                        test|qa|uat|live|replica|primary|main|db)",
                check: Check::Name,
            }),
            // The engine or the service stands in front, or a colon behind what everybody calls a database.
            Rule::After(
                "rds |rds: |aurora |db: |db：|mysql |mariadb ",
                concat!(
                    r"(?:RDS|Aurora|DB|MySQL|Postgres|PostgreSQL|MariaDB)(?:\s?(?::|：)\s?|(?: 从库| 主库| 인스턴스| インスタンス)? )(",
                    slug!(),
                    r")(?:[\s,;|)\]\x22'`<\x80-\xff]|$|\.(?:\s|$))"
                ),
                Check::Called,
            ),
            // A node of a diagram: Mermaid, PlantUML, Graphviz.
            Rule::After(
                "rds\\n|aurora\\n|rds<br|aurora<br|database \"",
                concat!(
                    r"(?:(?i:rds|aurora)(?: [A-Za-z]{1,20})?(?:\\n|<br ?/?>)|database \x22(?:[^\x22\n\\]{0,40}(?:\\n|<br ?/?>))?)(",
                    "[a-z][a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){1,5}",
                    r")(?:[\x22<\\)\]]| \()"
                ),
                Check::Called,
            ),
            Rule::After(
                "[(\"",
                concat!(
                    r"\[\(\x22(?:[A-Za-z ]{1,30}(?:\\n|<br ?/?>))?(",
                    "[a-z][a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){1,5}",
                    r")(?:<br ?/?>|\\n)(?:RDS|Aurora|MySQL|Postgres|MariaDB)"
                ),
                Check::Called,
            ),
            Rule::After("dbinstance ", "DBInstance ([A-Za-z][A-Za-z0-9-]{1,62}) not found", Check::Name),
            Rule::Host(".rds.", r"({name})\.[a-z0-9]{8,14}\.(?:rds\.)?{region}(?:\.rds)?\.{aws}"),
            Rule::After(
                "#database:id=|#modify-instance:id=",
                r"#(?:database|modify-instance):id=({name})",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "^source identifier|replicate source db|source db instance|replication source identifier|replica identifier",
                value: "[A-Za-z][A-Za-z0-9-]{1,62}",
                check: Check::Name,
            }),
            Rule::Resource(
                "db_instance|rds_instance|rds_cluster_instance|docdb_cluster_instance|neptune_cluster_instance|\
                        db_instance_role_association|AWS::RDS::DBInstance|AWS::DocDB::DBInstance|\
                        AWS::Neptune::DBInstance",
                "({name})",
                Check::Name,
            ),
            // What describes one, whatever language prints it. An engine alone could be another thing's.
            Rule::Sibling(
                "EngineVersion|engine_version|DBInstanceClass|AllocatedStorage|allocated_storage|MultiAZ|multi_az",
                KeyRule { names: "identifier", value: "[A-Za-z][A-Za-z0-9-]{1,62}", check: Check::Name },
            ),
            Rule::Sibling(
                "Engine",
                KeyRule {
                    names: "identifier",
                    value: "[A-Za-z][A-Za-z0-9]{1,62}(?:-[A-Za-z0-9]{1,62}){1,8}",
                    check: Check::Name,
                },
            ),
            // A program that creates one.
            Rule::After(
                "rds.instance(",
                r#"(?i:rds\.Instance)\([^{}()]{0,120}[{,][^{}()]{0,800}?\bidentifier["']?\s?[:=]\s?["']({name})["']"#,
                Check::Name,
            ),
            // A resource of Kubernetes that stands for one of AWS: the name that it has there, if it is another, or its own.
            // (Crossplane, "Managed resources"; ACK)
            Rule::After(
                "apiversion: rds.",
                r"apiVersion: rds\.[a-z0-9./]{3,60}\nkind: (?:DB)?Instance\n(?:(?:[a-z ][^\n]{0,100}\n){1,20}? +(?:identifier|dbInstanceIdentifier|crossplane\.io/external-name): ['\x22]?({name})|metadata:\n(?: +[a-zA-Z]+: [^\n]{0,80}\n){0,3}? +name: ['\x22]?({name}))",
                Check::Name,
            ),
            // The service names its snapshots after the instance.
            Rule::After("rds:", r"rds:({name})-20[0-9]{2}(?:-[0-9]{2}){4}", Check::Name),
            Rule::Arn("rds:db"),
        ],
        yes: &[
            r#""DBInstanceIdentifier": "‹database-mysql›""#,
            "--db-instance-identifier=‹prod›",
            "db_instance_identifier = \"‹orders›\"",
            "resource \"aws_db_instance\" \"main\" {\n  identifier     = \"‹orders›\"\n",
            "module.db.aws_db_instance.main[\"a\"]: Refreshing state... [id=‹orders›]",
            "\"aws_db_instance\": {\n  \"main\": {\"engine\": \"postgres\", \"identifier\": \"‹orders-live›\"},\n  \"b\": {\"identifier\": \"‹orders-b›\"}}",
            "terraform import 'aws_db_instance.main[\"a\"]' ‹orders›",
            r#""PhysicalResourceId": "‹ordersdb›", "ResourceType": "AWS::RDS::DBInstance""#,
            "DBInstance ‹orders-live› not found.",
            "rds_instance_id = \"‹orders-live›\"",
            "new aws.rds.Instance(\"main\", {\n  engine: \"postgres\",\n  identifier: \"‹orders-live›\",\n",
            "$ aws rds describe-db-instances --query 'DBInstances[].[DBInstanceIdentifier,Engine]' --output text\n‹orders-live›\tpostgres\n‹orders-2›\tmysql\n",
            "creating RDS DB Instance (‹ordersdb›): operation error",
            "/rds/home?region=us-east-1#database:id=‹my-db-1›;is-cluster=false",
            "arn:aws:rds:us-east-1:123456789012:db:‹mysql-db›",
            "DBInstanceNotFound: DBInstance ‹ordersdb› not found.",
            "apiVersion: rds.services.k8s.aws/v1alpha1\nkind: DBInstance\nmetadata:\n  namespace: shop\n  name: ‹orders-live›\nspec:\n",
            "  DBInstanceIdentifier: ‹ordersdb›\n  Engine: mysql\n",
            r#"db = main.Database{Identifier:"‹orders-rw›", Engine:"aurora-mysql", Port:3306}"#,
            "| Экземпляр RDS | `‹orders-rw›` |",
        ],
        no: &[
            "my-db",
            "db-migrations",
            "identifier: string",
            "db instance is",
            "The DB instance (lowercase) identifier",
            "Values: db-instance | db-cluster",
        ],
        ..ROW
    },
    Row {
        id: "rds_resource_id",
        label: "RDS_ID",
        rules: &[
            Rule::Id("db|cluster|prx|shardgroup", Tail::Run(Class::Upper, 26..=26, Check::Mixed)),
            Rule::Id("prx-endpoint|prx-tg|prx", Tail::Hex17),
        ],
        yes: &["‹db-M5ENSHXFPU6XHZ4G4ZEI5QIO2U›", "‹prx-0123a01b12345c0ab›"],
        no: &["db-ABC", "prx-12345"],
        ..ROW
    },
    Row {
        id: "elasticache_endpoint",
        label: "CACHE_HOST",
        rules: &[
            Rule::Host(
                ".cache.",
                r"(?:(?:master|replica|clustercfg)\.)?({name}(?:\.{name})?\.[a-z0-9]{5,8}(?:\.(?:ng|clustercfg|cfg))?(?:\.[0-9]{4})?)\.[a-z]{3,6}[0-9]\.cache\.{aws}",
            ),
            Rule::Host(".cache.", r"({name}-[a-z0-9]{6})\.serverless\.[a-z]{3,6}[0-9]\.cache\.{aws}"),
            Rule::Host(
                ".memorydb.",
                r"(?:clustercfg\.)?({name}(?:\.{name})?\.[a-z0-9]{5,8})\.memorydb\.{region}\.{aws}",
            ),
        ],
        yes: &[
            "‹test-001.g2xbih.0001›.usw2.cache.amazonaws.com",
            "clustercfg.‹my-cluster.llru6f›.memorydb.us-east-1.amazonaws.com",
            // Where clients of Memcached ask for the nodes.
            "‹orders-mc.c43w1k.cfg›.sae1.cache.amazonaws.com:11211",
            // The node of a group.
            "‹orders-0001-001.orders.g2xbih›.usw2.cache.amazonaws.com",
            "‹orders-0001-001.orders.llru6f›.memorydb.us-east-1.amazonaws.com",
        ],
        no: &["elasticache.us-east-1.amazonaws.com"],
        ..HOST
    },
    Row {
        id: "redshift_endpoint",
        label: "REDSHIFT_HOST",
        rules: &[Rule::Host("redshift", r"({name}\.(?:[a-z0-9]{11,13}))\.{region}\.redshift(?:-serverless)?\.{aws}")],
        yes: &["‹mycluster.cmeaswqeuae›.us-west-2.redshift.amazonaws.com"],
        no: &["redshift.us-east-1.amazonaws.com"],
        ..HOST
    },
    Row {
        id: "opensearch_endpoint",
        label: "SEARCH_HOST",
        rules: &[
            Rule::Host(".es.", r"((?:search|vpc)-[a-z0-9][a-z0-9-]{2,40}-[a-z0-9]{20,26})\.{region}\.es\.{aws}"),
            Rule::Host(".aos.", r"((?:search|vpc)-[a-z0-9][a-z0-9-]{2,40}-[a-z0-9]{20,26})\.aos\.{region}\.on\.aws"),
            Rule::Host(".aoss.", r"([a-z0-9]{20})\.{region}\.aoss\.{aws}"),
        ],
        yes: &["‹search-cli-example-1a2a3a4a5a6a7a8a9a0a›.us-east-1.es.amazonaws.com"],
        no: &["es.us-east-1.amazonaws.com"],
        ..HOST
    },
    Row {
        id: "other_db_endpoint",
        label: "DB_HOST",
        rules: &[
            Rule::Host(".dsql", r"([a-z0-9]{26})\.dsql(?:-[a-z0-9]{1,10})?\.{region}\.on\.aws"),
            Rule::Host(".dax-clusters.", r"({name}(?:\.[a-z0-9-]{6,20})?)(?:\.nodes)?\.dax-clusters\.{region}\.{aws}"),
            Rule::Host(".dax.", r"({name}\.[a-z0-9]{5,8})\.(?:nodes|clustercfg)\.dax\.[a-z]{3,6}[0-9]\.{aws}"),
            Rule::Host(
                ".timestream-influxdb.",
                r"({name}(?:\.[a-z0-9-]{6,20})?)\.timestream-influxdb\.{region}\.on\.aws",
            ),
            Rule::Host(".neptune-graph.", r"(g-[a-z0-9]{10})\.{region}\.neptune-graph\.{aws}"),
        ],
        yes: &[
            "‹13c4e790c5fb2e8841ebb0141a›.dsql.us-east-1.on.aws",
            "‹mvjywhpjxs-uauvqt47kr›.timestream-influxdb.us-east-1.on.aws",
            "‹orders-a.frfx8h›.nodes.dax-clusters.us-east-1.amazonaws.com:8111",
            "dax://‹orders.frfx8h›.clustercfg.dax.usw2.amazonaws.com:8111",
        ],
        no: &["dsql.us-east-1.api.aws"],
        ..HOST
    },
    Row {
        id: "dynamodb_table",
        label: "TABLE",
        rules: &[Rule::Arn("dynamodb:table|dynamodb:global-table|glue:table")],
        asked: &[
            Rule::Resource("dynamodb_table|AWS::DynamoDB::Table", "([A-Za-z0-9_.][A-Za-z0-9_.-]{2,254})", Check::Name),
            Rule::Key(KeyRule {
                names: "table name|dynamodb table|dynamo table|dynamodb tables|dynamodb 테이블|dynamodb テーブル|dynamodb 表|dynamodb-tabelle|tabla dynamodb|tabla de dynamodb|tabela dynamodb|table dynamodb|tabel dynamodb|tabella dynamodb|таблица dynamodb|bảng dynamodb",
                value: "[A-Za-z0-9_.][A-Za-z0-9_.-]{2,254}",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:dynamodb:us-east-1:123456789012:table/‹orders-live/index/by-date›"],
        no: &["table name is"],
        ..ROW
    },
    Row {
        id: "redshift_cluster",
        label: "REDSHIFT",
        rules: &[Rule::Arn("redshift:cluster|redshift:namespace")],
        asked: &[
            Rule::Resource("redshift_cluster|AWS::Redshift::Cluster", "([A-Za-z][A-Za-z0-9-]{2,62})", Check::Name),
            Rule::Key(KeyRule {
                names: "redshift cluster|redshift cluster identifier|redshift workgroup|workgroup name",
                value: "[A-Za-z][A-Za-z0-9-]{2,62}",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:redshift:us-east-1:123456789012:cluster:‹warehouse-1›"],
        no: &["redshift cluster"],
        tier: Tier::Default,
        ..ROW
    },
];
