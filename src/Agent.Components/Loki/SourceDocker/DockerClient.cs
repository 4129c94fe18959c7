using System.Net;
using System.Text;
using System.Text.Json;
using Agent.Components.Common.Http;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>What is asked about a container.</summary>
/// <param name="HasTerminal">Its log is one stream without frames.</param>
/// <param name="IsRunning">It may write more.</param>
/// <param name="FinishedAt">When it ended last, as the daemon writes it: another text means it has run again.</param>
internal readonly record struct ContainerState(bool HasTerminal, bool IsRunning, string FinishedAt);

/// <summary>The two requests to the Docker Engine API that are needed. Without a version in the path the daemon answers in its own.</summary>
internal sealed class DockerClient(HttpClient http, TimeProvider time, TimeSpan? longestSilence) : IDisposable
{
    private const int LargestState = 4 * 1024 * 1024;
    private const int LongestComplaint = 1024;
    private static readonly TimeSpan StateTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long a log may be silent before it is asked for again: over a network, silence may be a lost connection.</summary>
    public TimeSpan? LongestSilence => longestSilence;

    /// <returns>Null where the daemon knows no such container.</returns>
    /// <exception cref="HttpRequestException">The daemon cannot be reached, or refuses.</exception>
    /// <exception cref="InvalidDataException">The answer is not what the API says.</exception>
    public async Task<ContainerState?> InspectAsync(string container, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(StateTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            using HttpResponseMessage response = await http.GetAsync(
                new Uri($"containers/{Uri.EscapeDataString(container)}/json", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
            await CheckAsync(response, either.Token);
            return Read(await BoundedBody.ReadAsync(response, LargestState, either.Token));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new HttpRequestException($"no answer within {StateTimeout.TotalSeconds} s");
        }
    }

    /// <summary>Asks for the log from a time on, and for what will be added. Whoever asks disposes of the answer.</summary>
    public async Task<HttpResponseMessage> FollowAsync(string container, string since, CancellationToken stop)
    {
        var url = new Uri(
            $"containers/{Uri.EscapeDataString(container)}/logs?follow=1&since={since}&stderr=1&stdout=1&timestamps=1", UriKind.Relative);
        HttpResponseMessage response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, stop);
        try
        {
            await CheckAsync(response, stop);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public void Dispose() => http.Dispose();

    private static ContainerState Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            JsonElement state = document.RootElement.GetProperty("State");
            bool hasTerminal = document.RootElement.TryGetProperty("Config", out JsonElement config)
                && config.TryGetProperty("Tty", out JsonElement tty) && tty.ValueKind == JsonValueKind.True;
            bool isRunning = state.TryGetProperty("Running", out JsonElement running) && running.ValueKind == JsonValueKind.True;
            string finished = state.TryGetProperty("FinishedAt", out JsonElement at) ? at.ToString() : "";
            return new ContainerState(hasTerminal, isRunning, finished);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"cannot understand the daemon's answer: {exception.Message}", exception);
        }
    }

    private static async Task CheckAsync(HttpResponseMessage response, CancellationToken stop)
    {
        if (!response.IsSuccessStatusCode)
        {
            ReadOnlyMemory<byte> body = await BoundedBody.ReadStartAsync(response, LongestComplaint, stop);
            throw new HttpRequestException($"status {(int)response.StatusCode}: {Encoding.UTF8.GetString(body.Span).Trim()}", null, response.StatusCode);
        }
    }
}
