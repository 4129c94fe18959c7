using System.Buffers;
using System.Net;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Sdk;

namespace Agent.Components.Remote;

/// <summary>The request of remote.http.</summary>
internal sealed class RemoteRequest(RemoteHttp.Arguments arguments, HttpClient http) : IRemoteSource
{
    // The content becomes a string of the configuration; a download named by mistake must not fill the memory.
    private const int LongestAnswer = 32 * 1024 * 1024;

    // RFC 9110: a method is a token.
    private static readonly SearchValues<char> TokenLetters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    public static bool IsMethod(string text) => !text.AsSpan().ContainsAnyExcept(TokenLetters);

    public async Task<object> AskAsync(CancellationToken stop)
    {
        using HttpRequestMessage request = Build();
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new HttpRequestException($"unexpected status code {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd());
        }
        ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, LongestAnswer, stop);
        return new RemoteHttp.Exports(new OptionalSecret(Encoding.UTF8.GetString(body.Span).Trim(), arguments.IsSecret));
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private HttpRequestMessage Build()
    {
        var request = new HttpRequestMessage(new HttpMethod(arguments.Method.Length > 0 ? arguments.Method : "GET"), arguments.Url);
        if (arguments.Body.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(arguments.Body));
        }
        foreach ((string name, string value) in arguments.Headers)
        {
            // Those that describe the body have their place with it.
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }
        return request;
    }
}
