locals {
  account_id = "‹937664925340›"
  buckets    = ["‹juniper-audit›", "‹juniper-flow›"]
}

terraform {
  backend "s3" {
    bucket         = "‹juniper-tfstate›"
    key            = "network/prod.tfstate"
    region         = "eu-north-1"
    dynamodb_table = "⟪juniper-locks⟫"
    kms_key_id     = "arn:aws:kms:eu-north-1:‹937664925340›:key/‹a28f321c-22a5-a9dd-0b29-e54354092e4f›"
  }
}

variable "private_subnets" {
  type    = list(string)
  default = ["‹subnet-01af7f30dd1847845›", "‹subnet-02331ab7b0f9d55a6›"]
}

variable "log_bucket" {
  type    = string
  default = "‹juniper-audit›"
}

resource "aws_vpc_peering_connection" "data" {
  peer_owner_id = "‹144744501703›"
  peer_vpc_id   = "‹vpc-01a2668dae88299b0›"
  vpc_id        = aws_vpc.main.id
  auto_accept   = false
}

resource "aws_security_group" "db" {
  name_prefix = "db-"
  vpc_id      = "‹vpc-0aef2e7c3335eafca›"

  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["‹172.17.240.0›/20", "10.0.0.0/8"]
  }
}
