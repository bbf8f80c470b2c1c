aws_account_id         = "‹827973518289›"
hosted_zone_id         = "‹Z0MB8QO4MKCFE2TM6Y42J›"
db_instance_identifier = "‹cobalt-orders›"
db_password            = "‹Vt7!kuro-Pm2x9Q›"
image                  = "‹827973518289›.dkr.ecr.us-east-1.amazonaws.com/⟪cobalt/web⟫:2026.05.1"
allowed_cidrs          = ["‹172.20.80.0›/24", "203.0.113.0/24"]
tags = {
  Team    = "orders"
  Version = "10.2.4.1"
}
