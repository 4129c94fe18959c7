using Agent.Sdk.Metrics;
using Agent.Web.Api.V1;

namespace Agent.Web.History;

/// <summary>The last quarter of an hour of the components' own metrics, for small charts.</summary>
/// <remarks>
/// Sums over all labels but the component's, as single-precision numbers: a series takes about 300 bytes. Counters are kept as rates. The
/// number of series is bounded; what comes beyond that has no chart.
/// </remarks>
internal sealed class MetricHistory : IDisposable
{
    public const int Points = 60;
    private const int MostSeries = 5_000;

    public static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    private readonly MetricRegistry _registry;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Owner, string Name), SeriesHistory> _series = [];
    private readonly Dictionary<string, double> _sums = new(StringComparer.Ordinal);
    private int _turn;
    private long _last;

    public MetricHistory(MetricRegistry registry, TimeProvider time)
    {
        (_registry, _time) = (registry, time);
        _last = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Take(), null, Step, Step);
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>What is known of one component, by metric name.</summary>
    public IReadOnlyList<(MetricFamily Family, float[] Values)> Of(string owner)
    {
        lock (_gate)
        {
            return
            [
                .. _series.Where(series => series.Key.Owner == owner).OrderBy(static series => series.Key.Name, StringComparer.Ordinal)
                    .Select(series => (series.Value.Family, series.Value.Values(_turn))),
            ];
        }
    }

    private void Take()
    {
        lock (_gate)
        {
            double seconds = Math.Max(_time.GetElapsedTime(_last).TotalSeconds, 0.001);
            _last = _time.GetTimestamp();
            _turn++;
            foreach (MetricFamily family in _registry.Families())
            {
                if (family.Type is MetricType.Counter or MetricType.Gauge)
                {
                    Take(family, seconds);
                }
            }
            // What has not come for the whole time is gone.
            foreach ((string, string) gone in _series.Where(series => _turn - series.Value.LastTurn > Points).Select(static series => series.Key).ToList())
            {
                _series.Remove(gone);
            }
        }
    }

    private void Take(MetricFamily family, double seconds)
    {
        _sums.Clear();
        foreach (MetricSeries series in family.Series)
        {
            if (SelfMetricsReader.OwnerOf(series) is { } owner && SelfMetricsReader.ValueOf(series) is { } value)
            {
                _sums[owner] = _sums.GetValueOrDefault(owner) + value;
            }
        }
        foreach ((string owner, double sum) in _sums)
        {
            if (!_series.TryGetValue((owner, family.Name), out SeriesHistory? history))
            {
                if (_series.Count == MostSeries)
                {
                    continue;
                }
                _series[(owner, family.Name)] = history = new SeriesHistory(family);
            }
            history.Add(_turn, sum, seconds);
        }
    }

    private sealed class SeriesHistory(MetricFamily family)
    {
        private readonly float[] _values = new float[Points];
        private double _last = double.NaN;
        private int _firstTurn = -1;

        public MetricFamily Family => family;

        public int LastTurn { get; private set; }

        public void Add(int turn, double value, double seconds)
        {
            for (int missed = Math.Max(LastTurn + 1, turn - Points + 1); missed < turn && _firstTurn >= 0; missed++)
            {
                _values[missed % Points] = float.NaN;
            }
            bool isRate = family.Type == MetricType.Counter;
            // A counter says nothing before it is seen twice; one that was reset begins again.
            _values[turn % Points] = isRate ? (float)Math.Max(0, (value - _last) / seconds) : (float)value;
            if (isRate && double.IsNaN(_last))
            {
                _values[turn % Points] = float.NaN;
            }
            _firstTurn = _firstTurn < 0 ? turn : _firstTurn;
            (_last, LastTurn) = (value, turn);
        }

        /// <summary>Oldest first, up to <paramref name="now"/>; not a number where nothing is known.</summary>
        public float[] Values(int now)
        {
            var values = new float[Points];
            for (int i = 0; i < Points; i++)
            {
                int turn = now - Points + 1 + i;
                values[i] = turn < _firstTurn || turn > LastTurn ? float.NaN : _values[turn % Points];
            }
            return values;
        }
    }
}
