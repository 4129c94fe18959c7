using System.Globalization;
using System.Text;
using Agent.Wire;
using Agent.Wire.Exposition;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Snappy;
using Microsoft.AspNetCore.Http;

namespace Agent.EndToEnd.Torture.Metrics;

/// <summary>A remote write receiver that counts the samples of <see cref="SampleSource"/>.</summary>
internal sealed class MetricsSink : FaultySink
{
    private readonly SampleLedger _ledger = new(SampleSource.AllSeries);
    private readonly WriteRequestScratch _scratch = new();
    private readonly SeriesLabels _labels = new();
    private readonly List<(int Series, int Round)> _samples = [];
    private int _mostSamples;

    private MetricsSink()
    {
    }

    public string Url => $"{Address}/api/v1/push";

    /// <summary>Most samples that one request brought.</summary>
    public int MostSamples => Volatile.Read(ref _mostSamples);

    /// <summary>Requests that were taken.</summary>
    public long Requests { get; private set; }

    public static async Task<MetricsSink> StartAsync()
    {
        var sink = new MetricsSink();
        await sink.ListenAsync();
        return sink;
    }

    /// <summary>Reads what was counted.</summary>
    public T Read<T>(Func<SampleLedger, T> read)
    {
        lock (Gate)
        {
            return read(_ledger);
        }
    }

    protected override (int Status, string? Text) Accept(ReadOnlySpan<byte> body, GrowableBuffer plain, bool refusesFirst, out string? error)
    {
        _samples.Clear();
        error = SnappyDecoder.TryDecompress(body, LongestBody, plain) ? ReadSamples(plain.Written) : $"the body of {body.Length} bytes is no snappy block";
        if (error is null)
        {
            // Of a request that is not correct nothing is counted.
            _samples.ForEach(sample => _ledger.Take(sample.Series, sample.Round));
            Requests++;
            Volatile.Write(ref _mostSamples, Math.Max(_mostSamples, _samples.Count));
        }
        return (StatusCodes.Status204NoContent, null);
    }

    private string? ReadSamples(ReadOnlySpan<byte> message)
    {
        if (!WriteRequestReader.TryOpen(message, WriteVersion.V1, _scratch, out WriteRequestReader request, out string? error))
        {
            return error;
        }
        foreach (WriteSeriesView view in request)
        {
            view.ReadLabels(_labels);
            int series = SeriesOf(_labels);
            foreach (WriteSample sample in view.Samples)
            {
                int round = (int)sample.Value;
                if (series < 0 || round != sample.Value || sample.Timestamp != SampleSource.TimeOf(round))
                {
                    return string.Create(CultureInfo.InvariantCulture, $"a sample that nobody sent: series {series}, {sample.Value} at {sample.Timestamp}");
                }
                _samples.Add((series, round));
            }
        }
        return null;
    }

    private static int SeriesOf(SeriesLabels labels)
    {
        for (int i = 0; i < labels.Count; i++)
        {
            if (labels.Name(i).SequenceEqual("series"u8))
            {
                string text = Encoding.UTF8.GetString(labels.Value(i));
                return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int series) && series < SampleSource.AllSeries ? series : -1;
            }
        }
        return -1;
    }
}
