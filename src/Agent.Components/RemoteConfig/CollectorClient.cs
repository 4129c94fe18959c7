using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Agent.Components.Common.Http;
using Agent.Sdk;

namespace Agent.Components.RemoteConfig;

/// <summary>How one call ended.</summary>
/// <param name="Message">The answer; empty where there is an error.</param>
/// <param name="Error">Null where all went well.</param>
/// <param name="IsReached">Whether it was the server that refused, rather than the way to it.</param>
internal readonly record struct CollectorReply(ReadOnlyMemory<byte> Message, string? Error = null, bool IsReached = true);

/// <summary>Calls a server of <c>collector.v1.CollectorService</c> by Connect's unary protocol: one POST of a protobuf message.</summary>
/// <remarks>See https://connectrpc.com/docs/protocol#unary-request.</remarks>
internal sealed class CollectorClient(HttpClient http, string url, TimeProvider time) : IDisposable
{
    private const string ContentType = "application/proto";
    private const int LongestAnswer = 16 * 1024 * 1024;
    private const int LongestError = 16 * 1024;

    /// <summary>Longest time that one call may take.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string _service = url.TrimEnd('/') + "/collector.v1.CollectorService/";

    public Task<CollectorReply> RegisterAsync(CollectorIdentity who, CancellationToken stop) =>
        CallAsync("RegisterCollector", CollectorMessages.Registration(who), stop);

    public Task<CollectorReply> UnregisterAsync(CollectorIdentity who, CancellationToken stop) =>
        CallAsync("UnregisterCollector", CollectorMessages.Departure(who), stop);

    public Task<CollectorReply> AskAsync(CollectorIdentity who, ConfigQuestion question, CancellationToken stop) =>
        CallAsync("GetConfig", CollectorMessages.Question(who, question), stop);

    public void Dispose() => http.Dispose();

    private async Task<CollectorReply> CallAsync(string procedure, byte[] message, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _service + procedure);
            request.Headers.Add("Connect-Protocol-Version", "1");
            request.Content = new ByteArrayContent(message);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return new CollectorReply(default, ErrorOf(response, await BoundedBody.ReadStartAsync(response, LongestError, either.Token)));
            }
            string type = response.Content.Headers.ContentType?.MediaType ?? "";
            return type == ContentType
                ? new CollectorReply(await BoundedBody.ReadAsync(response, LongestAnswer, either.Token))
                : new CollectorReply(default, $"the answer's content type is \"{type}\" instead of {ContentType}: is it a server of the alloy-remote-config API?");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return new CollectorReply(default, $"no answer within {GoDuration.Format(Limit)}", IsReached: false);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException or AuthenticationException or ComponentException)
        {
            return new CollectorReply(default, exception.Message, IsReached: false);
        }
    }

    /// <summary>Connect's errors are JSON with a code and a message; proxies know nothing of that.</summary>
    private static string ErrorOf(HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        string status = $"server returned HTTP status {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        try
        {
            using JsonDocument error = JsonDocument.Parse(body);
            if (error.RootElement.ValueKind != JsonValueKind.Object)
            {
                return status;
            }
            var text = new StringBuilder(status);
            foreach (string name in (string[])["code", "message"])
            {
                if (error.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String)
                {
                    text.Append(": ").Append(value.GetString());
                }
            }
            return text.ToString();
        }
        catch (JsonException)
        {
            return status;
        }
    }
}
