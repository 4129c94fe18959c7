using System.Net;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Modules;

namespace Agent.Components.Import;

/// <summary>One URL, and the file that keeps what it last answered.</summary>
internal sealed class HttpModule : IModuleFetch
{
    private readonly ImportHttp.Arguments _arguments;
    private readonly ComponentContext _context;
    private readonly HttpClient _http;
    private readonly KeptVersion _kept;

    /// <summary>Without a password, since it shows in diagnostics.</summary>
    private readonly string _url;

    public HttpModule(ImportHttp.Arguments arguments, ComponentContext context)
    {
        _arguments = arguments;
        _context = context;
        _http = HttpClientBuilder.Build(arguments.Client, context.Time);
        _url = UrlUser.Without(arguments.Url);
        _kept = new KeptVersion(context.StoragePath, "module", ("url", _url));
    }

    public async Task<ModuleContent> FetchAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(_arguments.PollTimeout, _context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            return Content(await AskAsync(either.Token));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new ComponentException($"{_url} gave no answer within {GoDuration.Format(_arguments.PollTimeout)}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            throw new ComponentException($"{_url}: {exception.Message}", exception);
        }
    }

    public ModuleContent? LastGood() => _kept.Read() is { } text ? Content(text) : null;

    public void Keep(ModuleContent content) => _kept.Write(content.Files[0].Text);

    public void Dispose() => _http.Dispose();

    private async Task<string> AskAsync(CancellationToken stop)
    {
        using HttpRequestMessage request = Request();
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

    private HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(new HttpMethod(_arguments.Method), _arguments.Url);
        if (_arguments.Body.Length > 0)
        {
            request.Content = new StringContent(_arguments.Body);
        }
        foreach ((string name, string value) in _arguments.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }
        if (!request.Headers.Contains("Authorization"))
        {
            request.Headers.Authorization = UrlUser.HeaderOf(_arguments.Url);
        }
        return request;
    }

    private ModuleContent Content(string text) => new([new ModuleFile(_url, text)], _url[..(_url.LastIndexOf('/') + 1)], _url);
}
