namespace Agent.Components.Prometheus.Scrape;

/// <summary>The HTTP client of a configuration. A change replaces it; scrapes that began with it end with it.</summary>
internal sealed class ScrapeClient(HttpClient http)
{
    // One for the configuration, and one for each scrape in progress.
    private int _users = 1;

    public HttpClient Http => http;

    /// <summary>False where the client is gone: another one has taken its place.</summary>
    public bool TryUse()
    {
        while (true)
        {
            int users = Volatile.Read(ref _users);
            if (users == 0)
            {
                return false;
            }
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
            {
                return true;
            }
        }
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            http.Dispose();
        }
    }
}
