using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Import;

/// <summary>Imports custom components from an HTTP server and keeps them current; the last version that worked outlives a restart.</summary>
/// <example>import.http "math" {
///   url = "http://localhost:8080/math.alloy"
/// }</example>
[Component("import.http")]
public sealed class ImportHttp(ComponentContext context) : PolledImport<ImportHttp.Arguments>(context)
{
    public sealed record Arguments : IValidated
    {
        /// <summary>URL of the module.</summary>
        public required Uri Url { get; init; }

        /// <summary>Method of the request.</summary>
        public string Method { get; init; } = "GET";

        /// <summary>Headers of the request.</summary>
        public ValueMap<string> Headers { get; init; } = ValueMap<string>.Empty;

        /// <summary>Body of the request.</summary>
        public string Body { get; init; } = "";

        /// <summary>Time between two requests.</summary>
        public TimeSpan PollFrequency { get; init; } = TimeSpan.FromMinutes(1);

        /// <summary>How long one request may take.</summary>
        public TimeSpan PollTimeout { get; init; } = TimeSpan.FromSeconds(10);

        /// <summary>How to reach the server.</summary>
        [Block] public HttpClientOptions Client { get; init; } = new();

        public void Validate(ValidationContext context)
        {
            if (Url.Scheme is not ("http" or "https") || Url.Host.Length == 0)
            {
                context.Error("url", $"cannot import from {Url.OriginalString}: it is no http or https URL with a host");
            }
            if (PollFrequency <= TimeSpan.Zero)
            {
                context.Error("poll_frequency", "cannot poll the server: poll_frequency must be greater than 0");
            }
            if (PollTimeout <= TimeSpan.Zero)
            {
                context.Error("poll_timeout", "cannot poll the server: poll_timeout must be greater than 0");
            }
        }
    }

    private protected override (IModuleFetch Fetch, TimeSpan Interval) PlaceOf(Arguments arguments, ComponentContext context) =>
        (new HttpModule(arguments, context), arguments.PollFrequency);
}
