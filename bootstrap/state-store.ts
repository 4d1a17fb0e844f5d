import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, type Statement } from "./statements.ts";
import { PROJECT } from "./scope.ts";

/** Days that replaced state is kept: as long as anyone may want to look back. A few cents a month. */
const OLD_STATE_DAYS = 90;

/**
 * Where Pulumi keeps the state of every environment in this account: a bucket, and a key for the bucket and for secrets in
 * state and settings. Pulumi puts a lock into the bucket for each update. Costs 1 USD a month for the key, and cents.
 */
export class StateStore extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  readonly key: aws.kms.Key;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:bootstrap:StateStore", name, {}, opts);
    const child = { parent: this };
    const kept = { parent: this, protect: true };
    // Without a policy of its own a key has AWS's default: IAM decides.
    this.key = new aws.kms.Key(
      name,
      {
        description: "Pulumi state and secrets of durable-workflows",
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        // A deployment may take over keys that have no such tag; see policies/deploy.ts.
        tags: { project: pulumi.getProject() },
      },
      kept,
    );
    this.bucket = new aws.s3.Bucket(name, {}, kept);
    const bucket = this.bucket.id;
    new aws.s3.BucketVersioning(`${name}-versions`, { bucket, versioningConfiguration: { status: "Enabled" } }, child);
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { bucket, rules: [{ bucketKeyEnabled: true, applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: this.key.arn } }] },
      child,
    );
    new aws.s3.BucketOwnershipControls(`${name}-ownership`, { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }, child);
    const closed = new aws.s3.BucketPublicAccessBlock(
      `${name}-closed`,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      child,
    );
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-expiry`,
      { bucket, rules: [{ id: "old-state", status: "Enabled", filter: { prefix: "" }, noncurrentVersionExpiration: { noncurrentDays: OLD_STATE_DAYS }, abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } }] },
      child,
    );
    new aws.s3.BucketPolicy(
      `${name}-policy`,
      {
        bucket,
        policy: {
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "RefuseUnencryptedConnections",
              Effect: "Deny",
              Principal: "*",
              Action: "s3:*",
              Resource: [this.bucket.arn, pulumi.interpolate`${this.bucket.arn}/*`],
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        },
      },
      { parent: this, dependsOn: closed },
    );
    this.registerOutputs({ backendUrl: this.backendUrl });
  }

  /** What `pulumi login` takes. */
  get backendUrl(): pulumi.Output<string> {
    return pulumi.interpolate`s3://${this.bucket.id}?region=${this.bucket.region}`;
  }

  /** What `pulumi stack init --secrets-provider` takes. */
  get secretsProvider(): pulumi.Output<string> {
    return pulumi.interpolate`awskms:///${this.key.arn}?region=${this.bucket.region}`;
  }

  /** Reading the state of some environments, without a lock: what a preview does. */
  readStatements(environments: readonly string[]): Statement[] {
    return [
      allow("ListState", ["s3:ListBucket", "s3:GetBucketLocation"], [this.bucket.arn]),
      allow("ReadState", ["s3:GetObject"], this.#objects(environments)),
      allow("Decrypt", ["kms:Decrypt"], [this.key.arn]),
    ];
  }

  /** Updating one environment: its state, history and backups, and its lock. */
  writeStatements(environment: string): Statement[] {
    return [
      ...this.readStatements([environment]),
      allow("WriteState", ["s3:PutObject", "s3:DeleteObject"], this.#files(environment)),
      allow("Encrypt", ["kms:Encrypt", "kms:GenerateDataKey"], [this.key.arn]),
    ];
  }

  #objects(environments: readonly string[]): pulumi.Output<string>[] {
    return [pulumi.interpolate`${this.bucket.arn}/.pulumi/meta.yaml`, ...environments.flatMap((environment) => this.#files(environment))];
  }

  /** The files of one stack, by Pulumi's layout of a bucket. */
  #files(environment: string): pulumi.Output<string>[] {
    const file = (path: string) => pulumi.interpolate`${this.bucket.arn}/.pulumi/${path}`;
    return [
      file(`stacks/${PROJECT}/${environment}.json*`),
      ...["history", "backups", "journal"].map((folder) => file(`${folder}/${PROJECT}/${environment}/*`)),
      file(`locks/organization/${PROJECT}/${environment}/*`),
    ];
  }
}
