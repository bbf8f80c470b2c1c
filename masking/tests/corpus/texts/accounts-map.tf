locals {
  accounts = {
    prod = {
      id    = "‹418620957314›"
      email = "aws-prod@example.com"
    }
    dev = {
      id    = "‹731904826517›"
      email = "aws-dev@example.com"
    }
  }
  bucket = {
    config = {
      name   = "‹harbour-media-7›"
      region = "eu-west-1"
    }
  }
  orders = {
    first = { id = "846201937542" }
  }
}
