using System.Net;

namespace Agent.Components.Remote;

/// <summary>How often a request is sent again, and how long the waits before that are: twice as long each time.</summary>
internal readonly record struct RetryTimes(TimeSpan First, TimeSpan Longest, int Most)
{
    // Longer waits are a mistake, and more than timers can do.
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <param name="attempt">How many have failed before the one that just did.</param>
    public TimeSpan After(int attempt)
    {
        double wanted = Math.Min(First.TotalSeconds * Math.Pow(2, Math.Min(attempt, 30)), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(Math.Clamp(wanted, 0, Day.TotalSeconds));
    }
}

/// <summary>Sends a request again where the failure may pass.</summary>
internal sealed class RetriedRequest(HttpClient http, RetryTimes times, TimeProvider time)
{
    /// <param name="build">Makes the request, anew for each attempt.</param>
    /// <param name="stop">Ends it, also while it waits.</param>
    /// <returns>What the server answered last, whatever it says. Its body is not read yet.</returns>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> build, CancellationToken stop)
    {
        for (int attempt = 0; ; attempt++)
        {
            bool isLast = attempt >= times.Most;
            try
            {
                using HttpRequestMessage request = build();
                HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
                if (isLast || !MayPass(response.StatusCode))
                {
                    return response;
                }
                response.Dispose();
            }
            catch (HttpRequestException) when (!isLast)
            {
                // The last one says what is wrong.
            }
            await Task.Delay(times.After(attempt), time, stop);
        }
    }

    private static bool MayPass(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.PreconditionFailed
        || (status >= HttpStatusCode.InternalServerError && status != HttpStatusCode.NotImplemented);
}
