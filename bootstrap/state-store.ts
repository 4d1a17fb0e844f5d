import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, type Statement } from "./statements.ts";
import { PROJECT_NAME } from "./scope.ts";

/** Days that replaced state is kept: as long as anyone may want to look back. A few cents a month. */
const OLD_STATE_DAYS = 90;

/**
 * Where Pulumi keeps the state of every environment in this account: a bucket with a key, and for each environment a key for
 * the secrets in its state and settings. One of these secrets is the registry's password of the last deployment. So each
 * environment's state has its own readers. Pulumi puts a lock into the bucket for each update.
 * Costs 1 USD a month for each key, and cents.
 */
export class StateStore extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  /** Encrypts the files in the bucket. */
  readonly key: aws.kms.Key;
  readonly #secretsKeys: ReadonlyMap<string, aws.kms.Key>;

  constructor(name: string, environments: readonly string[], opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:bootstrap:StateStore", name, {}, opts);
    const child = { parent: this };
    this.key = this.#createKey(name, `Files of Pulumi's state of ${PROJECT_NAME}`);
    this.#secretsKeys = new Map(environments.map((environment) => [environment, this.#createKey(`secrets-${environment}`, `Secrets in Pulumi's state of ${PROJECT_NAME}, ${environment}`)]));
    this.bucket = new aws.s3.Bucket(name, {}, { parent: this, protect: true });
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

  /** What `pulumi stack init --secrets-provider` takes for an environment. */
  secretsProvider(environment: string): pulumi.Output<string> {
    return pulumi.interpolate`awskms:///${this.#secretsKey(environment).arn}?region=${this.bucket.region}`;
  }

  /** Reading the state of one environment, without a lock: what a preview does. */
  readStatements(environment: string): Statement[] {
    return [
      allow("ListState", ["s3:ListBucket", "s3:GetBucketLocation"], [this.bucket.arn]),
      allow("ReadState", ["s3:GetObject"], [pulumi.interpolate`${this.bucket.arn}/.pulumi/meta.yaml`, ...this.#files(environment)]),
      allow("Decrypt", ["kms:Decrypt"], this.#keys(environment)),
    ];
  }

  /** Updating one environment: its state, history and backups, and its lock. */
  writeStatements(environment: string): Statement[] {
    return [
      ...this.readStatements(environment),
      allow("WriteState", ["s3:PutObject", "s3:DeleteObject"], this.#files(environment)),
      allow("Encrypt", ["kms:Encrypt", "kms:GenerateDataKey"], this.#keys(environment)),
    ];
  }

  #createKey(name: string, description: string): aws.kms.Key {
    // Without a policy of its own a key has AWS's default: IAM decides.
    return new aws.kms.Key(
      name,
      {
        description,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        // A deployment may take over keys that have no such tag; see policies/deploy.ts.
        tags: { project: pulumi.getProject() },
      },
      { parent: this, protect: true },
    );
  }

  #secretsKey(environment: string): aws.kms.Key {
    const key = this.#secretsKeys.get(environment);
    if (key === undefined) throw new Error(`${environment} is none of the environments that the state store was created for`);
    return key;
  }

  /** The keys that reading or writing one environment's state takes. */
  #keys(environment: string): pulumi.Output<string>[] {
    return [this.key.arn, this.#secretsKey(environment).arn];
  }

  /** The files of one stack, by Pulumi's layout of a bucket. */
  #files(environment: string): pulumi.Output<string>[] {
    const file = (path: string) => pulumi.interpolate`${this.bucket.arn}/.pulumi/${path}`;
    return [
      file(`stacks/${PROJECT_NAME}/${environment}.json*`),
      ...["history", "backups", "journal"].map((folder) => file(`${folder}/${PROJECT_NAME}/${environment}/*`)),
      file(`locks/organization/${PROJECT_NAME}/${environment}/*`),
    ];
  }
}
