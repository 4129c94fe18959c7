using Agent.Components.Common.Kubernetes;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Remote.Kubernetes;

/// <summary>How often an object is read, and from where.</summary>
public sealed record ObjectOptions : IValidated
{
    /// <summary>Time between two polls.</summary>
    public TimeSpan PollFrequency { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long one poll may take.</summary>
    public TimeSpan PollTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How the API server is connected to.</summary>
    [Block] public KubernetesClientOptions Client { get; init; } = new();

    internal PollTimes Times => new(PollFrequency, PollTimeout);

    public void Validate(ValidationContext context)
    {
        if (PollFrequency <= TimeSpan.Zero)
        {
            context.Error("poll_frequency", "poll_frequency must be greater than 0");
        }
        if (PollTimeout <= TimeSpan.Zero)
        {
            context.Error("poll_timeout", "poll_timeout must be greater than 0");
        }
    }
}
