package store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	bucketName = "‹ledger-statements›"
	accountID  = "‹630827486218›"
	region     = "eu-west-1"
)

func (s *Store) Put(ctx context.Context, key string, body []byte) error {
	_, err := s.s3.PutObject(ctx, &s3.PutObjectInput{
		Bucket:              aws.String("‹ledger-statements›"),
		Key:                 aws.String(key),
		ExpectedBucketOwner: aws.String("‹630827486218›"),
		SSEKMSKeyId:         aws.String("arn:aws:kms:eu-west-1:‹630827486218›:alias/‹ledger-data›"),
	})
	return err
}

func bucketOf(hash uint64, buckets []bucket) *bucket { return &buckets[hash%uint64(len(buckets))] }
