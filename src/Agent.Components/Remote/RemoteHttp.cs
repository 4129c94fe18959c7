using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Remote;

/// <summary>Exposes what a URL answers and keeps it current.</summary>
/// <example>remote.http "targets" {
///   url            = "https://example.com/targets.json"
///   poll_frequency = "1m"
/// }</example>
[Component("remote.http")]
public sealed class RemoteHttp(ComponentContext context) : IComponent<RemoteHttp.Arguments>
{
    private readonly PollLoop _loop = new(context, "polled endpoint");

    public sealed record Arguments : IValidated
    {
        /// <summary>URL to poll.</summary>
        public required Uri Url { get; init; }

        /// <summary>Time between two polls.</summary>
        public TimeSpan PollFrequency { get; init; } = TimeSpan.FromMinutes(1);

        /// <summary>How long one poll may take.</summary>
        public TimeSpan PollTimeout { get; init; } = TimeSpan.FromSeconds(10);

        /// <summary>Marks the content as a secret.</summary>
        public bool IsSecret { get; init; }

        /// <summary>HTTP method of the request.</summary>
        public string Method { get; init; } = "GET";

        /// <summary>Headers of the request.</summary>
        public ValueMap<string> Headers { get; init; } = ValueMap<string>.Empty;

        /// <summary>Body of the request; empty for none.</summary>
        public string Body { get; init; } = "";

        /// <summary>How the server is connected to.</summary>
        [Block] public HttpClientOptions Client { get; init; } = new();

        public void Validate(ValidationContext context)
        {
            if (Url.Scheme is not ("http" or "https") || Url.Host.Length == 0)
            {
                context.Error("url", $"cannot poll {Url.OriginalString}: it is no http or https URL with a host");
            }
            if (!RemoteRequest.IsMethod(Method))
            {
                context.Error("method", $"cannot poll with the method \"{Method}\": it is no HTTP method");
            }
            if (PollFrequency <= TimeSpan.Zero)
            {
                context.Error("poll_frequency", "poll_frequency must be greater than 0");
            }
            if (PollTimeout <= TimeSpan.Zero)
            {
                context.Error("poll_timeout", "poll_timeout must be greater than 0");
            }
            else if (PollTimeout >= PollFrequency)
            {
                context.Error(context.IsSet("poll_timeout") ? "poll_timeout" : "poll_frequency", "poll_timeout must be less than poll_frequency");
            }
        }
    }

    /// <param name="Content">What the server answered last, without white space around it; a secret where `is_secret` says so.</param>
    public sealed record Exports(OptionalSecret Content);

    /// <exception cref="ComponentException">The server does not answer, or not with status 200.</exception>
    public async ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => await _loop.ApplyAsync(
        new RemoteRequest(arguments, HttpClientBuilder.Build(arguments.Client, context.Time)),
        new PollTimes(arguments.PollFrequency, arguments.PollTimeout),
        stop);

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(stop);

    public ValueTask DisposeAsync() => _loop.DisposeAsync();
}
