using Agent.Sdk.Metrics;
using Agent.Web.Api.V1;

namespace Agent.Web.History;

/// <summary>The last quarter of an hour of the components' own metrics, for small charts.</summary>
/// <remarks>
/// Sums over all labels but the component's, as single-precision numbers: a series takes about 300 bytes, and a quarter of that
/// while it does not change. Counters are kept as rates. The number of series is bounded; what comes beyond that has no chart.
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
        private const int None = int.MaxValue;

        // Null while all points are the same, as those of most series are: failures that never come, sizes that do not change.
        private float[]? _values;
        private float _only;
        private double _last = double.NaN;
        private int _firstTurn = None;

        public MetricFamily Family => family;

        public int LastTurn { get; private set; }

        public void Add(int turn, double value, double seconds)
        {
            (double last, int lastTurn) = (_last, LastTurn);
            (_last, LastTurn) = (value, turn);
            bool isRate = family.Type == MetricType.Counter;
            if (isRate && double.IsNaN(last))
            {
                // A counter says nothing before it is seen twice.
                return;
            }
            float point = isRate ? (float)Math.Max(0, (value - last) / seconds) : (float)value;
            if (_firstTurn == None)
            {
                (_firstTurn, _only) = (turn, point);
            }
            else if (_values is not null || !point.Equals(_only) || lastTurn < turn - 1)
            {
                Put(turn, point, lastTurn);
            }
        }

        /// <summary>Oldest first, up to <paramref name="now"/>; not a number where nothing is known.</summary>
        public float[] Values(int now)
        {
            var values = new float[Points];
            for (int i = 0; i < Points; i++)
            {
                int turn = now - Points + 1 + i;
                values[i] = turn < _firstTurn || turn > LastTurn ? float.NaN : _values?[turn % Points] ?? _only;
            }
            return values;
        }

        private void Put(int turn, float point, int lastTurn)
        {
            if (_values is null)
            {
                _values = new float[Points];
                Array.Fill(_values, _only);
            }
            for (int missed = Math.Max(lastTurn + 1, turn - Points + 1); missed < turn; missed++)
            {
                _values[missed % Points] = float.NaN;
            }
            _values[turn % Points] = point;
        }
    }
}
