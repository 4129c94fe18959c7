using Agent.Components.Common.Http.Cloud;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Remote.S3;

/// <summary>Exposes the content of an object in S3, or in a storage that speaks its protocol, and keeps it current.</summary>
/// <example>remote.s3 "targets" {
///   path = "s3://monitoring/targets.json"
///
///   client {
///     region = "eu-west-1"
///   }
/// }</example>
[Component("remote.s3")]
public sealed class RemoteS3(ComponentContext context) : IComponent<RemoteS3.Arguments>
{
    private static readonly TimeSpan LeastFrequency = TimeSpan.FromSeconds(30);

    /// <summary>How long one poll may take, with the attempts after failures.</summary>
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMinutes(1);

    private readonly S3Metrics _metrics = new(context.Metrics);
    private readonly PollLoop _loop = new(context, "s3 file updated");

    public sealed record Arguments : IValidated
    {
        /// <summary>Bucket and key of the object, as `s3://BUCKET/KEY`.</summary>
        public required string Path { get; init; }

        /// <summary>Time between two polls; longer than 30 seconds.</summary>
        public TimeSpan PollFrequency { get; init; } = TimeSpan.FromMinutes(10);

        /// <summary>Marks the content as a secret.</summary>
        public bool IsSecret { get; init; }

        /// <summary>How the storage is connected to.</summary>
        [Block] public S3ClientOptions Client { get; init; } = new();

        public void Validate(ValidationContext context)
        {
            if (S3Location.Parse(Path) is null)
            {
                context.Error("path", $"cannot read \"{Path}\": it is not s3://BUCKET/KEY");
            }
            if (PollFrequency <= LeastFrequency)
            {
                context.Error("poll_frequency", "poll_frequency must be greater than 30s");
            }
        }
    }

    /// <param name="Content">What the object held last; a secret where `is_secret` says so.</param>
    public sealed record Exports(OptionalSecret Content);

    /// <exception cref="ComponentException">The storage does not answer, or does not give the object away.</exception>
    public async ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => await _loop.ApplyAsync(
        new S3Request(arguments, AwsServices.FromEnvironment(), _metrics, context.Time),
        new PollTimes(arguments.PollFrequency, arguments.PollFrequency < LongestPoll ? arguments.PollFrequency : LongestPoll),
        stop);

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(stop);

    public ValueTask DisposeAsync() => _loop.DisposeAsync();
}
