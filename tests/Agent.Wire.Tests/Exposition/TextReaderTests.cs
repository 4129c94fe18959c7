using System.Globalization;
using System.Text;
using Agent.Wire.Exposition;

namespace Agent.Wire.Tests.Exposition;

public sealed class TextReaderTests
{
    [Theory]
    [InlineData("a 1\nb{c=d} 1\n", 2, 5, "expected label value")]
    [InlineData("a 1\n\n  b{c=\"d\"} x\n", 3, 12, "invalid syntax")]
    [InlineData("a 1 2 3\n", 1, 7, "expected next entry after timestamp")]
    [InlineData("# TYPE a thing\n", 1, 9, "invalid metric type \"thing\"")]
    [InlineData("a{b=\"\n\"} 1 {\n", 2, 6, "expected timestamp or new record")]
    [InlineData("a{b=\"c\"", 1, 8, "expected label name, got the end of the text")]
    public void An_error_says_what_was_expected_and_where(string text, int line, int column, string message)
    {
        using var scratch = new ExpositionScratch();
        var reader = new PrometheusTextReader(Encoding.UTF8.GetBytes(text), scratch);
        ExpositionText.Of(ref reader, out ExpositionError? error);
        Assert.NotNull(error);
        Assert.Contains(message, error.Message);
        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Fact]
    public void Labels_that_hold_braces_quotes_and_line_breaks_are_read()
    {
        Assert.Equal(
            ["series {[__name__=a][b=}{]} 3ff0000000000000", "series {[__name__=a][b=x7D0A22]} 4000000000000000"],
            Prometheus("a{b=\"}{\"} 1\na{b=\"}\n\\\"\"} 2\n"u8.ToArray()));
    }

    [Fact]
    public void The_quick_way_through_a_line_agrees_with_the_long_one_in_the_Prometheus_format()
    {
        var random = new Random(11);
        int good = 0;
        for (int round = 0; round < 200_000; round++)
        {
            byte[] line = ExpositionSamples.Soup(random);
            List<string>? quick = Prometheus(line);
            // Blanks in front send a line the long way; they become part of a name that stands before the braces.
            List<string>? slow = Prometheus([(byte)' ', .. line]);
            Assert.Equal(quick is null, slow is null);
            if (quick is { Count: > 0 } && line[0] is not ((byte)'\n' or (byte)' ' or (byte)'\t'))
            {
                Assert.Equal(quick[0], slow![0].Replace("[__name__= ", "[__name__=", StringComparison.Ordinal));
                good++;
            }
        }
        Assert.InRange(good, 1000, 199_000);
    }

    [Fact]
    public void The_quick_way_through_a_line_agrees_with_the_long_one_in_OpenMetrics()
    {
        var random = new Random(12);
        int good = 0;
        for (int round = 0; round < 200_000; round++)
        {
            byte[] line = [.. ExpositionSamples.Soup(random).Where(static next => next is not ((byte)'\n' or (byte)'#'))];
            List<string>? quick = OpenMetrics([.. line, .. "\n# EOF\n"u8]);
            List<string>? slow = OpenMetrics([.. line, .. " # {} 1\n# EOF\n"u8]);
            Assert.Equal(quick, slow?.ConvertAll(static entry => entry.Replace(" # {} 3ff0000000000000", "", StringComparison.Ordinal)));
            good += quick is null ? 0 : 1;
        }
        Assert.InRange(good, 1000, 199_000);
    }

    [Fact]
    public void A_guess_at_the_next_series_right_or_wrong_changes_no_result()
    {
        var random = new Random(15);
        byte[][] guesses = [[], .. new[] { "a", "b", "a{}", "a{l=\"v\"}", "a{m=\"}\"}", "{\"v\"}", "a{b=\"v\",l=\"v\"}" }.Select(Encoding.UTF8.GetBytes)];
        int series = 0;
        for (int round = 0; round < 100_000; round++)
        {
            byte[] line = ExpositionSamples.Soup(random);
            byte[] guess = guesses[random.Next(guesses.Length)];
            if (random.Next(2) == 0)
            {
                line = [.. guess, (byte)' ', .. line];
            }
            byte[] text = [.. line, .. "\na{l=\"v\"} 2 3\n# EOF\n"u8];
            using var scratch = new ExpositionScratch();
            var prometheus = new PrometheusTextReader(text, scratch);
            var guessed = new PrometheusTextReader(text, scratch);
            series += Compare(ref prometheus, ref guessed, guess);
            var openMetrics = new OpenMetricsReader(text, scratch);
            var guessedMetrics = new OpenMetricsReader(text, scratch);
            series += Compare(ref openMetrics, ref guessedMetrics, guess);
        }
        Assert.True(series > 1000);
    }

    [Fact]
    public void Damaged_text_never_throws()
    {
        var random = new Random(13);
        byte[] good = Encoding.UTF8.GetBytes(
            "# HELP a \\n\n# TYPE a histogram\na_bucket{le=\"1\"} 1 # {t=\"x\"} 0.7 12.5\na_bucket{le=\"+Inf\"} 2\na_sum 2\na_count 2\na_created 100\n"
            + "# UNIT b_seconds seconds\n# TYPE b_seconds counter\n{\"b_seconds_total\",x=\"1\"} 5 1.5\n{x=\"1\",\"b_seconds_created\"} 5\n# EOF\n");
        int refused = 0;
        for (int round = 0; round < 60_000; round++)
        {
            byte[] damaged = ExpositionSamples.Damage(good, random);
            Prometheus(damaged);
            refused += OpenMetrics(damaged) is null ? 1 : 0;
        }
        Assert.InRange(refused, 1000, 59_000);
    }

    [Fact]
    public void Numbers_are_what_the_framework_reads()
    {
        var random = new Random(14);
        for (int round = 0; round < 50_000; round++)
        {
            double number = BitConverter.Int64BitsToDouble(random.NextInt64());
            string text = (round % 3) switch
            {
                0 when double.IsFinite(number) => number.ToString("R", CultureInfo.InvariantCulture),
                1 => random.NextInt64(1L << random.Next(1, 63)) + "." + random.Next(100_000),
                _ => $"{random.Next(1 << random.Next(1, 31))}e{random.Next(-30, 30)}",
            };
            string bits = ExpositionText.Bits(double.Parse(text, CultureInfo.InvariantCulture));
            Assert.Equal([$"series {{[__name__=a]}} {bits}"], Prometheus(Encoding.UTF8.GetBytes($"a {text}\n")));
        }
    }

    [Theory]
    [InlineData("1", "1.0")]
    [InlineData("1e6", "1e+06")]
    [InlineData("123456", "123456.0")]
    [InlineData("1234567", "1.234567e+06")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("0.00001234", "1.234e-05")]
    [InlineData("-0.5", "-0.5")]
    [InlineData("inf", "+Inf")]
    [InlineData("-0", "0.0")]
    [InlineData("1e300", "1e+300")]
    [InlineData("1e999", "1e999")]
    [InlineData("x", "x")]
    public void Bounds_of_buckets_have_one_spelling(string written, string read)
    {
        Assert.EndsWith($"[le={read}]}} 3ff0000000000000", Prometheus(Encoding.UTF8.GetBytes($"# TYPE a histogram\na_bucket{{le=\"{written}\"}} 1\n"))![1]);
    }

    [Fact]
    public void A_series_that_is_no_part_of_a_classic_histogram_does_not_cut_it_in_two()
    {
        using var scratch = new ExpositionScratch();
        using var histograms = new ClassicHistogramScratch();
        byte[] text = "# TYPE a histogram\na_bucket{le=\"1\"} 1\na 5\na_bucket 7\na_bucket{le=\"+Inf\"} 3\na_sum 2\na_count 3\nb 1\n"u8.ToArray();
        var reader = new ClassicHistogramReader<PrometheusTextReader>(new PrometheusTextReader(text, scratch), histograms);
        List<string> entries = ExpositionText.Of(ref reader, out ExpositionError? error);
        Assert.Null(error);
        Assert.Equal(5, entries.Count);
        Assert.Contains("count=3", entries[3]);
        Assert.EndsWith("+(0,2) - +|1|1 - custom|3ff0000000000000", entries[3]);
        Assert.StartsWith("series {[__name__=b]}", entries[4]);
    }

    [Fact]
    public void Long_families_without_beginnings_are_looked_through_once()
    {
        // 20,000 series, each asking for its start: quadratic work would take minutes.
        byte[] text = ExpositionSamples.Scrape(20_000, "# EOF\n");
        using var scratch = new ExpositionScratch();
        var reader = new OpenMetricsReader(text, scratch);
        int series = 0;
        while (reader.Next())
        {
            series += reader.Entry == ExpositionEntry.Series && reader.ReadStartTimestamp() == 0 ? 1 : 0;
        }
        Assert.Null(reader.Error);
        Assert.Equal(20_000, series);
    }

    [Fact]
    public void Reading_known_series_allocates_nothing()
    {
        byte[] text = ExpositionSamples.Scrape(1000);
        using var map = new SeriesTextMap<int>();
        using var scratch = new ExpositionScratch();
        using var labels = new SeriesLabels();
        Assert.Equal(1000, Scrape(text, map, scratch, labels));
        Scrape(text, map, scratch, labels);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int unknown = Scrape(text, map, scratch, labels);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, unknown);
    }

    [Fact]
    public void Splitting_labels_and_reading_exemplars_allocates_nothing()
    {
        byte[] text = [.. "# TYPE a histogram\n"u8, .. Enumerable.Repeat("a_bucket{le=\"1\",x=\"\\\"\"} 1 # {t=\"x\"} 0.7 12.5\n"u8.ToArray(), 100).SelectMany(static line => line), .. "# EOF\n"u8];
        using var scratch = new ExpositionScratch();
        using var labels = new SeriesLabels();
        using var exemplar = new ExemplarBuffer();
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var reader = new OpenMetricsReader(text, scratch);
            while (reader.Next())
            {
                reader.TryReadLabels(labels);
                reader.TryReadExemplar(exemplar);
                reader.ReadStartTimestamp();
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Null(reader.Error);
        }
        Assert.Equal(0, allocated);
    }

    private static int Compare<TReader>(ref TReader plain, ref TReader guessed, byte[] guess)
        where TReader : IExpositionReader, allows ref struct
    {
        int series = 0;
        using var labels = new SeriesLabels();
        while (plain.Next())
        {
            bool isGood = plain.Entry != ExpositionEntry.Series || plain.TryReadLabels(labels);
            Assert.Equal(isGood, guessed.Next(guess) && (guessed.Entry != ExpositionEntry.Series || guessed.TryReadLabels(labels)));
            if (!isGood)
            {
                break;
            }
            Assert.Equal((plain.Entry, plain.HasTimestamp), (guessed.Entry, guessed.HasTimestamp));
            if (plain.Entry == ExpositionEntry.Series)
            {
                Assert.Equal(Convert.ToHexString(plain.Series), Convert.ToHexString(guessed.Series));
                Assert.Equal(ExpositionText.Bits(plain.Value), ExpositionText.Bits(guessed.Value));
                series++;
            }
        }
        Assert.False(guessed.Error is null && guessed.Next(guess));
        Assert.Equal(plain.Error, guessed.Error);
        return series;
    }

    private static int Scrape(byte[] text, SeriesTextMap<int> map, ExpositionScratch scratch, SeriesLabels labels)
    {
        int unknown = 0;
        var reader = new PrometheusTextReader(text, scratch);
        while (reader.Next(map.Expected))
        {
            if (reader.Entry == ExpositionEntry.Series && !map.TryGet(reader.Series, out _) && reader.TryReadLabels(labels))
            {
                map.Set(reader.Series, unknown++);
            }
        }
        return unknown;
    }

    /// <summary>The entries, or null where the text is refused.</summary>
    private static List<string>? Prometheus(byte[] text)
    {
        using var scratch = new ExpositionScratch();
        var reader = new PrometheusTextReader(text, scratch);
        List<string> entries = ExpositionText.Of(ref reader, out ExpositionError? error);
        return error is null ? entries : null;
    }

    private static List<string>? OpenMetrics(byte[] text)
    {
        using var scratch = new ExpositionScratch();
        using var histograms = new ClassicHistogramScratch();
        var inner = new OpenMetricsReader(text, scratch);
        var reader = new ClassicHistogramReader<OpenMetricsReader>(inner, histograms) { KeepClassic = true, WithStartTimestamps = true };
        List<string> entries = ExpositionText.Of(ref reader, out ExpositionError? error);
        return error is null ? entries : null;
    }
}
