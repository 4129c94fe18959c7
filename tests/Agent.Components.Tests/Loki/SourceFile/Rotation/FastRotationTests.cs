namespace Agent.Components.Tests.Loki.SourceFile.Rotation;

/// <summary>A writer that is rotated ten times a second, beside an agent that looks, stops and is killed at random.</summary>
public sealed class FastRotationTests : IDisposable
{
    private const int Seconds = 40;
    private const int MostKept = 12;

    private readonly RotationFixture _log = new();
    private readonly Queue<string> _kept = [];
    private Random _random = new(0);
    private TailHarness _tail = null!;
    private int _sequence;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 4)];

    private string[] Written => [.. Enumerable.Range(0, _sequence).Select(static i => $"line {i}")];

    public void Dispose()
    {
        _tail.Dispose();
        _log.Dispose();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void With_stops_in_between_every_line_comes_once_and_in_order(int seed)
    {
        Run(seed, static tail => tail.Stop());

        _log.Expect(Written);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Killed_now_and_then_it_loses_nothing_and_repeats_only_what_was_not_saved(int seed)
    {
        Run(seed, static _ => { });

        Assert.Equal(Written, _log.Collected.Lines.Distinct());
    }

    private void Run(int seed, Action<TailHarness> end)
    {
        _random = new Random(seed);
        _log.Write($"line {_sequence++}");
        _tail = _log.Start();
        _tail.Run();
        _tail.Save();
        for (int second = 0; second < Seconds; second++)
        {
            for (int rotation = 0; rotation < 10; rotation++)
            {
                Step();
            }
            if (_random.Next(5) == 0)
            {
                end(_tail);
                _tail.Dispose();
                _tail = _log.Start();
            }
        }
        _tail.Run();
    }

    private void Step()
    {
        _log.Write([.. Enumerable.Range(0, _random.Next(4)).Select(_ => $"line {_sequence++}")]);
        LookNowAndThen();
        _kept.Enqueue(_log.Rotate());
        LookNowAndThen();
        if (_random.Next(3) == 0 && File.Exists(_log.PathOf(_kept.Peek())))
        {
            _log.Compress(_kept.Peek());
        }
        while (_kept.Count > MostKept)
        {
            // No agent can read what is deleted before it looks.
            _tail.Run();
            _log.Delete(_kept.Peek());
            _log.Delete(_kept.Dequeue() + ".gz");
        }
        _tail.Time.Advance(TimeSpan.FromMilliseconds(100));
    }

    private void LookNowAndThen()
    {
        if (_random.Next(3) != 0)
        {
            return;
        }
        _tail.Turn();
        if (_random.Next(3) == 0)
        {
            _tail.Save();
        }
    }
}
