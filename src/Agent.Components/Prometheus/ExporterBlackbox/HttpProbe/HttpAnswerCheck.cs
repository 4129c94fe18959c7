using System.Buffers;
using System.IO.Compression;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;
using Agent.Sdk.Patterns;
using Agent.Wire;

namespace Agent.Components.Prometheus.ExporterBlackbox.HttpProbe;

/// <summary>Holds an answer against the module's rules.</summary>
internal sealed class HttpAnswerCheck(HttpProbeOptions options, ProbeRun run)
{
    /// <summary>A body that regular expressions look at has to be held in memory; where no limit is set, this one counts.</summary>
    private const long MostHeld = 64L << 20;

    private const int ReadSize = 32 * 1024;

    private bool HasBodyRules => options.FailIfBodyMatches.Count > 0 || options.FailIfBodyNotMatches.Count > 0;

    public bool HasValidStatus(int status)
    {
        bool isValid = options.ValidStatusCodes.Count > 0 ? options.ValidStatusCodes.Contains(status) : status is >= 200 and < 300;
        if (!isValid)
        {
            run.Log.Error(
                options.ValidStatusCodes.Count > 0 ? "Invalid HTTP response status code" : "Invalid HTTP response status code, wanted 2xx",
                ("status_code", status), ("valid_status_codes", string.Join(' ', options.ValidStatusCodes)));
        }
        return isValid;
    }

    public bool HasValidHeaders(HttpResponseMessage response)
    {
        if (options.FailIfHeaderMatches.Count == 0 && options.FailIfHeaderNotMatches.Count == 0)
        {
            return true;
        }
        bool isValid = options.FailIfHeaderMatches.All(rule => Passes(response, rule, failsOnMatch: true))
            && options.FailIfHeaderNotMatches.All(rule => Passes(response, rule, failsOnMatch: false));
        run.Series.Set(ProbeFamilies.FailedDueToRegex, isValid ? 0 : 1);
        return isValid;
    }

    /// <summary>Reads the body to its end and looks at it, unless the probe has failed already.</summary>
    /// <param name="response">Null where there is no body to be had.</param>
    /// <param name="success">Whether all was well so far.</param>
    /// <param name="stop">Fires when the time of the probe is up.</param>
    /// <returns>Whether all is well, and how long the body was.</returns>
    public async Task<(bool Success, long Length)> ReadBodyAsync(HttpResponseMessage? response, bool success, CancellationToken stop)
    {
        bool isLooked = success && HasBodyRules;
        using var held = new GrowableBuffer();
        long length = 0;
        string error = "http: read on closed response body";
        bool isRead = response is not null;
        if (response is not null)
        {
            (length, error) = await ReadAsync(response, isLooked ? held : null, stop);
            isRead = error.Length == 0;
        }
        if (isLooked)
        {
            success = isRead && Matches(held.Written);
            run.Series.Set(ProbeFamilies.FailedDueToRegex, success ? 0 : 1);
        }
        if (!isRead && (isLooked || response is not null))
        {
            run.Log.Error("Failed to read HTTP response body", ("err", error));
            success = false;
        }
        return (success, length);
    }

    private async Task<(long Length, string Error)> ReadAsync(HttpResponseMessage response, GrowableBuffer? held, CancellationToken stop)
    {
        long limit = options.BodySizeLimit > 0 ? options.BodySizeLimit : long.MaxValue;
        limit = held is null ? limit : Math.Min(limit, MostHeld);
        long length = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            await using Stream raw = await response.Content.ReadAsStreamAsync(stop);
            await using Stream? stream = Decompressed(raw);
            if (stream is null)
            {
                return (0, "unsupported compression algorithm");
            }
            while (await stream.ReadAsync(buffer, stop) is > 0 and var read)
            {
                if (read > limit - length)
                {
                    return (limit, $"http: request body too large: the limit is {limit} bytes");
                }
                length += read;
                held?.Write(buffer.AsSpan(0, read));
            }
            return (length, "");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or HttpRequestException or OperationCanceledException
            or InvalidOperationException)
        {
            return (length, exception.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Stream? Decompressed(Stream raw) => options.Compression.ToUpperInvariant() switch
    {
        "" or "IDENTITY" => raw,
        "GZIP" => new GZipStream(raw, CompressionMode.Decompress),
        "DEFLATE" => new DeflateStream(raw, CompressionMode.Decompress),
        "BR" => new BrotliStream(raw, CompressionMode.Decompress),
        _ => null,
    };

    private bool Matches(ReadOnlySpan<byte> body)
    {
        foreach (Pattern pattern in options.FailIfBodyMatches)
        {
            if (pattern.IsMatch(body))
            {
                run.Log.Error("Body matched regular expression", ("regexp", pattern.Text));
                return false;
            }
        }
        foreach (Pattern pattern in options.FailIfBodyNotMatches)
        {
            if (!pattern.IsMatch(body))
            {
                run.Log.Error("Body did not match regular expression", ("regexp", pattern.Text));
                return false;
            }
        }
        return true;
    }

    private bool Passes(HttpResponseMessage response, HeaderMatch rule, bool failsOnMatch)
    {
        string[] values = ValuesOf(response, rule.Header);
        if (values.Length == 0)
        {
            if (!rule.AllowMissing)
            {
                run.Log.Error("Missing required header", ("header", rule.Header));
            }
            return rule.AllowMissing;
        }
        bool matches = Array.Exists(values, value => rule.Regexp.IsMatch(value));
        if (matches == failsOnMatch)
        {
            run.Log.Error(
                failsOnMatch ? "Header matched regular expression" : "Header did not match regular expression",
                ("header", rule.Header), ("regexp", rule.Regexp.Text), ("value_count", values.Length));
        }
        return matches != failsOnMatch;
    }

    private static string[] ValuesOf(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? [.. values]
            : [];
}
