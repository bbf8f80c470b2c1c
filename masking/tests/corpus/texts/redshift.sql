COPY events FROM 's3://‹basalt-events›/2026/05/' IAM_ROLE 'arn:aws:iam::‹106635737566›:role/‹redshift-load›' FORMAT PARQUET;
UNLOAD ('select * from orders where account_id = 17') TO 's3://‹basalt-unload›/orders_' CREDENTIALS 'aws_access_key_id=‹AKIAT2LGK5Z0574TNC3X›;aws_secret_access_key=‹523nvnMDb8BGohz3hCdyPdAtWCyGCku+dc/0bXOH›' GZIP;
-- psql -h ‹basalt-dw.c2k8x1zq9wmt›.us-east-1.redshift.amazonaws.com -p 5439 -U admin
CREATE EXTERNAL SCHEMA lake FROM DATA CATALOG DATABASE 'lake' IAM_ROLE 'arn:aws:iam::‹106635737566›:role/‹redshift-load›' CATALOG_ID '‹106635737566›';
