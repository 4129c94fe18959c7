using Agent.Testing.Kubernetes;

namespace Agent.EndToEnd.Kubernetes.Faults;

/// <summary>Breaks one of twenty answers, and each second one of twenty running watches, in the middle of a document.</summary>
/// <param name="seed">Decides which.</param>
/// <param name="cut">Called for each.</param>
internal sealed class StreamCuts(int seed, Action cut)
{
    private const double Share = 0.05;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed ^ 0xc07);
    private readonly Dictionary<FakeRequest, long> _drawn = new(ReferenceEqualityComparer.Instance);

    /// <summary>How many bytes of a piece of an answer come; null for all.</summary>
    public int? BreakIn(FakeRequest request, int length)
    {
        lock (_gate)
        {
            long now = TimeProvider.System.GetTimestamp();
            if (_drawn.TryGetValue(request, out long before) && TimeProvider.System.GetElapsedTime(before, now) < Turn)
            {
                return null;
            }
            _drawn[request] = now;
            if (length < 2 || _random.NextDouble() >= Share)
            {
                return null;
            }
        }
        cut();
        lock (_gate)
        {
            return _random.Next(1, length);
        }
    }
}
