using System.Net;
using System.Text;
using System.Text.Json;
using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Modules;

namespace Agent.Components.Import;

/// <summary>Imports custom components from an HTTP server and keeps them current; the last version that worked outlives a restart.</summary>
/// <example>import.http "math" {
///   url = "http://localhost:8080/math.alloy"
/// }</example>
[Component("import.http")]
public sealed class ImportHttp(ComponentContext context) : IComponent<ImportHttp.Arguments>, IModuleSource
{
    private readonly ModulePoll _poll = new(context);

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

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) =>
        _poll.ApplyAsync(new HttpModule(arguments, context), arguments.PollFrequency, stop);

    public Task RunAsync(CancellationToken stop) => _poll.RunAsync(stop);

    public void Accept(ModuleContent content) => _poll.Accept(content);

    public ValueTask DisposeAsync()
    {
        _poll.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>One URL, and the file beside it that keeps what it last answered.</summary>
internal sealed class HttpModule(ImportHttp.Arguments arguments, ComponentContext context) : IModuleFetch
{
    private readonly HttpClient _http = HttpClientBuilder.Build(arguments.Client, context.Time);

    private string File => Path.Combine(context.StoragePath, "module.json");

    /// <summary>Without a password, since it shows in diagnostics.</summary>
    private string Url { get; } = arguments.Url.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped);

    public async Task<ModuleContent> FetchAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(arguments.PollTimeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            return Content(await AskAsync(either.Token));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new ComponentException($"{Url} gave no answer within {GoDuration.Format(arguments.PollTimeout)}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            throw new ComponentException($"{Url}: {exception.Message}", exception);
        }
    }

    public ModuleContent? LastGood()
    {
        try
        {
            using JsonDocument kept = JsonDocument.Parse(System.IO.File.ReadAllBytes(File));
            return kept.RootElement.GetProperty("url").GetString() == Url ? Content(kept.RootElement.GetProperty("module").GetString()!) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    public void Keep(ModuleContent content)
    {
        Directory.CreateDirectory(context.StoragePath);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("url", Url);
            json.WriteString("module", content.Files[0].Text);
            json.WriteEndObject();
        }
        // Replaced as a whole: a crash leaves the former version.
        string half = File + ".new";
        System.IO.File.WriteAllBytes(half, bytes.ToArray());
        System.IO.File.Move(half, File, overwrite: true);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> AskAsync(CancellationToken stop)
    {
        using var request = new HttpRequestMessage(new HttpMethod(arguments.Method), arguments.Url);
        if (arguments.Body.Length > 0)
        {
            request.Content = new StringContent(arguments.Body);
        }
        foreach ((string name, string value) in arguments.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new HttpRequestException($"server returned HTTP status {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd());
        }
        ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, ModuleContent.LongestBytes, stop);
        string text = Encoding.UTF8.GetString(body.Span);
        // A proxy's page of excuses comes with status 200 too.
        return text.AsSpan().TrimStart().StartsWith("<") ? throw new InvalidDataException("the answer is HTML or XML, not a module") : text;
    }

    private ModuleContent Content(string text) => new([new ModuleFile(Url, text)], Url[..(Url.LastIndexOf('/') + 1)], Url);
}
