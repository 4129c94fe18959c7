using System.Net;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Remote.Vault;

/// <summary>Keeps a token and a secret of Vault: does what is due whenever it is asked, and wants to be asked when something is.</summary>
internal sealed partial class VaultSource : IRemoteSource
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);

    // Timers cannot wait for as long as leases may last.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly TimeSpan _frequency;
    private readonly VaultClient _client;
    private readonly VaultMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly VaultLogin _login;
    private readonly VaultSecret _secret;
    private readonly VaultLease _tokenLease;
    private readonly VaultLease _secretLease;
    private string? _token;
    private RemoteVault.Exports? _exports;
    private long _read;
    private int _failures;

    public VaultSource(RemoteVault.Arguments arguments, VaultServer server, VaultMetrics metrics, ComponentContext context)
    {
        (_frequency, _metrics, _time, _logger) = (arguments.RereadFrequency, metrics, context.Time, context.Logger);
        _client = new VaultClient(server.Connect(_time), server, arguments.ClientOptions, _time);
        _login = new VaultLogin(arguments.Auth, _client, VaultClouds.FromEnvironment(), _time);
        _secret = new VaultSecret(arguments, _client, _logger);
        (_tokenLease, _secretLease) = (new VaultLease(_time), new VaultLease(_time));
    }

    public async Task<object> AskAsync(CancellationToken stop)
    {
        _failures++;
        bool isNew = await AuthenticateAsync(stop);
        // What was leased with a token ends with it.
        if (_exports is null || UntilRead() <= TimeSpan.Zero || (isNew && _secretLease.Id.Length > 0))
        {
            await ReadAsync(isNew, stop);
        }
        else if (_secretLease.IsDue && !await TryRenewSecretAsync(stop))
        {
            await ReadAsync(isNew, stop);
        }
        _failures = 0;
        return _exports!;
    }

    public TimeSpan UntilNext(TimeSpan sinceAsked, TimeSpan frequency)
    {
        if (_failures > 0)
        {
            TimeSpan retry = new RetryTimes(FirstRetry, LongestRetry, 0).After(_failures - 1);
            return (_frequency > TimeSpan.Zero && _frequency < retry ? _frequency : retry) - sinceAsked;
        }
        TimeSpan[] waits = [LongestWait, UntilRead(), _tokenLease.Left ?? LongestWait, _secretLease.Left ?? LongestWait];
        return waits.Min();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private TimeSpan UntilRead() => _frequency > TimeSpan.Zero ? _frequency - _time.GetElapsedTime(_read) : LongestWait;

    /// <returns>Whether there is another token than before.</returns>
    private async Task<bool> AuthenticateAsync(CancellationToken stop)
    {
        if (_token is not null && (!_tokenLease.IsDue || await TryRenewTokenAsync(_token, stop)))
        {
            return false;
        }
        await LoginAsync(stop);
        return true;
    }

    private async Task LoginAsync(CancellationToken stop)
    {
        VaultAnswer answer = await _login.LoginAsync(stop);
        _metrics.Logins.Increment();
        _token = answer.Token!;
        _tokenLease.Start(answer.Terms);
    }

    private async Task ReadAsync(bool isNew, CancellationToken stop)
    {
        RemoteVault.Exports exports;
        VaultTerms terms;
        try
        {
            (exports, terms) = await _secret.ReadAsync(_token!, stop);
        }
        catch (HttpRequestException refused) when (refused.StatusCode == HttpStatusCode.Forbidden && !isNew && _login.IsRepeatable)
        {
            // The token may have been revoked before its time.
            await LoginAsync(stop);
            (exports, terms) = await _secret.ReadAsync(_token!, stop);
        }
        _metrics.Reads.Increment();
        _exports = exports;
        _read = _time.GetTimestamp();
        _secretLease.Start(terms);
    }

    private Task<bool> TryRenewTokenAsync(string token, CancellationToken stop) => TryRenewAsync(
        _tokenLease, _metrics.LoginRenewals, new VaultRequest(HttpMethod.Put, "auth/token/renew-self") { Token = token, Fields = [] }, stop);

    private async Task<bool> TryRenewSecretAsync(CancellationToken stop) => _secretLease.Id.Length > 0 && await TryRenewAsync(
        _secretLease,
        _metrics.SecretRenewals,
        new VaultRequest(HttpMethod.Put, "sys/leases/renew") { Token = _token!, Fields = [new("lease_id", _secretLease.Id)] },
        stop);

    private async Task<bool> TryRenewAsync(VaultLease lease, Counter renewals, VaultRequest request, CancellationToken stop)
    {
        if (!lease.IsRenewable)
        {
            return false;
        }
        try
        {
            VaultAnswer answer = await _client.SendAsync(request, stop);
            renewals.Increment();
            return lease.Extend(answer.Terms);
        }
        catch (Exception failed) when (failed is HttpRequestException or InvalidDataException)
        {
            LogNotRenewed(failed.Message);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "cannot renew a lease, asking for a new one: {Reason}")]
    private partial void LogNotRenewed(string reason);
}
