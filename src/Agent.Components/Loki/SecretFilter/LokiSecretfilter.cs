using Agent.Components.Common;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Wire;

namespace Agent.Components.Loki.SecretFilter;

/// <summary>Redacts secrets, such as keys, tokens and passwords, in log lines.</summary>
/// <example>
/// loki.secretfilter "default" {
///     forward_to  = []
///     redact_with = "&lt;$SECRET_NAME:$SECRET_HASH&gt;"
/// }
/// </example>
[Component("loki.secretfilter", Stability = Stability.PublicPreview)]
public sealed class LokiSecretfilter : IComponent<LokiSecretfilter.Arguments>, ILogConsumer
{
    private const string TimedOutLabel = "secretfilter";
    private const string TimedOutValue = "timed-out";

    private readonly ComponentContext _context;
    private readonly SecretFilterMetrics _metrics;
    private readonly LogBatchPool _batches = new();
    private Setup? _setup;

    public LokiSecretfilter(ComponentContext context)
    {
        _context = context;
        _metrics = new SecretFilterMetrics(context.Metrics);
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Where to send entries after redaction.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>Drops an entry whose processing_timeout passes, instead of sending it with what was redacted by then.</summary>
        public bool DropOnTimeout { get; init; }

        /// <summary>Path of a Gitleaks configuration whose rules are used; without it the built-in ones are.</summary>
        public string GitleaksConfig { get; init; } = "";

        /// <summary>Adds the label secretfilter="timed-out" to entries that are sent though their processing_timeout passed.</summary>
        public bool LabelTimedOut { get; init; }

        /// <summary>Label whose value is the origin in loki_secretfilter_secrets_redacted_by_category_total.</summary>
        public string OriginLabel { get; init; } = "";

        /// <summary>Longest time spent on one entry; 0 sets no limit.</summary>
        public TimeSpan ProcessingTimeout { get; init; }

        /// <summary>Share of entries that are searched, from 0 to 1; the others pass unchanged.</summary>
        public double Rate { get; init; } = 1;

        /// <summary>How many percent of a secret are redacted where redact_with is empty; 100 redacts all, 0 means 80.</summary>
        public uint RedactPercent { get; init; } = 80;

        /// <summary>Text put in place of a secret; $SECRET_NAME stands for the rule, $SECRET_HASH for the secret's SHA-1.</summary>
        public string RedactWith { get; init; } = "";

        public void Validate(ValidationContext context)
        {
            if (!(Rate is >= 0 and <= 1))
            {
                context.Error("rate", "must be between 0 and 1");
            }
        }
    }

    /// <param name="Receiver">Takes the entries to redact.</param>
    public sealed record Exports(ILogConsumer Receiver);

    /// <summary>Everything that one batch is handled by.</summary>
    private sealed record Setup(Arguments Arguments, SecretScanner Scanner, SecretRedactor Redactor, ILogConsumer Next);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        string file = arguments.GitleaksConfig;
        var scanner = new SecretScanner(file.Length > 0 ? GitleaksFile.Read(file) : DefaultRules.Read());
        var redactor = new SecretRedactor(arguments.RedactWith, arguments.RedactPercent);
        Volatile.Write(ref _setup, new Setup(arguments, scanner, redactor, LogFanOut.Of(arguments.ForwardTo)));
        _context.Export(new Exports(this));
        return ValueTask.CompletedTask;
    }

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        // Read once: a reload may swap it meanwhile, and one batch must see one set of rules.
        Setup setup = Volatile.Read(ref _setup) ?? throw new InvalidOperationException("BUG: loki.secretfilter got entries before its arguments");
        LogBatch? changed = Filter(batch, setup);
        LogBatch forwarded = changed ?? batch;
        ValueTask sent = forwarded.Count == 0 ? ValueTask.CompletedTask : setup.Next.ConsumeAsync(forwarded, stop);
        return changed is null ? sent : _batches.ReturnAfter(sent, changed);
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _batches.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A batch with the redacted lines, or null where all entries stay as they are.</summary>
    private LogBatch? Filter(LogBatch batch, Setup setup)
    {
        ReadOnlySpan<LogEntry> entries = batch.Entries;
        List<SecretFinding>? findings = null;
        LogBatch? changed = null;
        long start = _context.Time.GetTimestamp();
        int searched = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            ref readonly LogEntry entry = ref entries[i];
            bool isSearched = setup.Arguments.Rate >= 1 || IsSampled(setup.Arguments.Rate);
            searched += isSearched ? 1 : 0;
            findings?.Clear();
            var limit = new ScanLimit(_context.Time, setup.Arguments.ProcessingTimeout);
            bool inTime = !isSearched || setup.Scanner.Scan(entry.Line.Span, limit, ref findings);
            if (inTime && findings is null or { Count: 0 })
            {
                changed?.Add(entry);
                continue;
            }
            changed ??= _batches.RentPrefix(batch, i);
            if (inTime || IsKeptLate(setup.Arguments))
            {
                AddChanged(changed, entry, setup, findings, inTime);
            }
        }
        _metrics.Bypassed.Add(entries.Length - searched);
        _metrics.Duration.Observe(_context.Time.GetElapsedTime(start), searched);
        return changed;
    }

#pragma warning disable CA5394 // Which entries are looked at needs no unpredictable numbers.
    private static bool IsSampled(double rate) => Random.Shared.NextDouble() < rate;
#pragma warning restore CA5394

    private bool IsKeptLate(Arguments arguments)
    {
        _metrics.TimedOut.Increment();
        if (arguments.DropOnTimeout)
        {
            _metrics.Dropped.Increment();
        }
        return !arguments.DropOnTimeout;
    }

    private void AddChanged(LogBatch changed, in LogEntry entry, Setup setup, List<SecretFinding>? findings, bool inTime)
    {
        LabelSet labels = inTime || !setup.Arguments.LabelTimedOut ? entry.Labels : entry.Labels.With(TimedOutLabel, TimedOutValue);
        ReadOnlyMemory<byte> line = entry.Line;
        if (findings is { Count: > 0 })
        {
            SecretSpans.Settle(line.Span, findings);
            var text = new GrowableBuffer();
            setup.Redactor.Write(line.Span, findings, text);
            line = changed.Bytes.Copy(text.Written);
            text.Release();
            string origin = setup.Arguments.OriginLabel.Length == 0 ? "" : entry.Labels[setup.Arguments.OriginLabel];
            foreach (SecretFinding finding in findings)
            {
                if (finding.IsDirect)
                {
                    _metrics.Redacted(finding.Rule.Id, origin);
                }
            }
        }
        changed.Add(entry with { Labels = labels, Line = line });
    }
}
