using System.Net;
using System.Text.Json;

namespace Agent.Kubernetes.Leadership;

/// <summary>Reads and writes one lease on behalf of one candidate.</summary>
/// <remarks>
/// Whether another's lease has run out is measured by this process's own monotonic clock, from when a change of the lease was seen: clocks of
/// machines differ, so the times within the lease are only compared for being the same.
/// </remarks>
internal sealed class LeaseCandidate(KubernetesClient client, LeaderElectionSettings settings)
{
    private const int LargestLease = 1024 * 1024;

    private readonly string _collection = $"/apis/coordination.k8s.io/v1/namespaces/{settings.Namespace}/leases";
    private LeaseRecord? _seen;
    private LeaseSpec? _observed;
    private long _observedAt;

    public string Holder => _observed?.Holder ?? "";

    private string OnePath => $"{_collection}/{settings.Name}";

    /// <summary>One attempt to acquire or renew; whether the lease is held by this candidate afterwards.</summary>
    /// <exception cref="KubernetesException">The server refuses; 409 where somebody else was faster.</exception>
    public async Task<bool> TryAsync(CancellationToken stop)
    {
        if (_seen is null || _seen.Spec.Holder != settings.Identity)
        {
            _seen = await ReadAsync(stop).ConfigureAwait(false);
        }
        if (_seen is not null && IsHeldByAnother())
        {
            return false;
        }
        await WriteAsync(Claim(), stop).ConfigureAwait(false);
        return true;
    }

    /// <summary>Gives the lease up, so that another need not wait until it has run out.</summary>
    public async Task ReleaseAsync(CancellationToken stop)
    {
        if (Holder != settings.Identity)
        {
            return;
        }
        // An attempt that was broken off leaves open whether it was done.
        _seen ??= await ReadAsync(stop).ConfigureAwait(false);
        if (_seen is { } held && held.Spec.Holder == settings.Identity)
        {
            // One second: the API wants a duration above zero.
            await WriteAsync(held with { Spec = held.Spec with { Holder = "", DurationSeconds = 1, RenewTime = Now } }, stop).ConfigureAwait(false);
        }
    }

    private string Now => LeaseSpec.Timestamp(settings.Time.GetUtcNow());

    private bool IsHeldByAnother() =>
        Holder.Length > 0 && Holder != settings.Identity
        && settings.Time.GetElapsedTime(_observedAt) < TimeSpan.FromSeconds(Math.Max(1, _observed!.DurationSeconds));

    private LeaseRecord Claim()
    {
        long seconds = (long)Math.Ceiling(settings.LeaseDuration.TotalSeconds);
        string now = Now;
        if (_seen is not { } seen)
        {
            return new LeaseRecord(
                LeaseRecord.NewMetadata(settings.Namespace, settings.Name), new LeaseSpec(settings.Identity, seconds, now, now, 0));
        }
        LeaseSpec spec = seen.Spec.Holder == settings.Identity
            ? seen.Spec with { DurationSeconds = seconds, RenewTime = now }
            : new LeaseSpec(settings.Identity, seconds, now, now, seen.Spec.Transitions + 1);
        return seen with { Spec = spec };
    }

    /// <summary>Null where there is no lease yet.</summary>
    private async Task<LeaseRecord?> ReadAsync(CancellationToken stop)
    {
        try
        {
            LeaseRecord lease = await AskAsync(HttpMethod.Get, OnePath, null, stop).ConfigureAwait(false);
            Observe(lease.Spec);
            return lease;
        }
        catch (KubernetesException missing) when (missing.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task WriteAsync(LeaseRecord lease, CancellationToken stop)
    {
        bool isNew = _seen is null;
        // Whatever comes of it: unless it succeeds, the lease is read again before the next attempt.
        _seen = null;
        (HttpMethod method, string path) = isNew ? (HttpMethod.Post, _collection) : (HttpMethod.Put, OnePath);
        _seen = await AskAsync(method, path, lease.ToJson(), stop).ConfigureAwait(false);
        Observe(_seen.Spec);
    }

    private void Observe(LeaseSpec spec)
    {
        if (spec != _observed)
        {
            (_observed, _observedAt) = (spec, settings.Time.GetTimestamp());
        }
    }

    private async Task<LeaseRecord> AskAsync(HttpMethod method, string path, byte[]? json, CancellationToken stop)
    {
        using HttpResponseMessage answer = await client.SendAsync(method, path, json is null ? null : json.AsMemory(), stop).ConfigureAwait(false);
        await using Stream stream = await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        using var body = new MemoryStream();
        byte[] buffer = new byte[4096];
        int read;
        while ((read = await stream.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > LargestLease)
            {
                throw new JsonException($"the lease {settings.Namespace}/{settings.Name} is larger than {LargestLease} bytes");
            }
        }
        return LeaseRecord.Read(body.GetBuffer().AsSpan(0, (int)body.Length));
    }
}
