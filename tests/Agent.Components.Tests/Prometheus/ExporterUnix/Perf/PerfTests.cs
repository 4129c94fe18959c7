using Agent.Components.Prometheus.ExporterUnix;
using Agent.Components.Prometheus.ExporterUnix.Collectors;
using Agent.Components.Prometheus.ExporterUnix.Perf;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.ExporterUnix.Perf;

public sealed class PerfTests : IDisposable
{
    private readonly DirectoryInfo _host = Directory.CreateTempSubdirectory("perf");

    public void Dispose() => _host.Delete(recursive: true);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0,3-5", 0, 3, 4, 5)]
    [InlineData("1-10:5,12", 1, 6, 12)]
    public void Lists_of_processors_are_read(string text, params int[] cpus) => Assert.Equal(cpus, PerfCpus.Parse(text));

    [Theory]
    [InlineData("a")]
    [InlineData("1-")]
    [InlineData("1-2-3")]
    [InlineData("1-4:0")]
    [InlineData("0-99999999")]
    public void What_is_no_list_of_processors_is_an_error(string text)
    {
        var error = Assert.Throws<CollectorException>(() => PerfCpus.Parse(text));
        Assert.Contains($"cpus = \"{text}\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_to_the_kernel_holds_type_and_number()
    {
        byte[] attributes = new byte[64];
        PerfEvent miss = PerfEvents.Cache.Single(counted => counted.Name == "LLWriteMiss");

        PerfCounter.WriteAttributes(attributes, miss);

        Assert.Equal(
            "03000000" + "40000000" + "0201010000000000" + new string('0', 48) + "4100000000000000" + new string('0', 32),
            Convert.ToHexString(attributes));
        Assert.Equal("node_perf_cache_ll_write_misses_total", miss.Family.Name);
    }

    [Theory]
    [InlineData("sched", "a trace point is written subsystem:event")]
    [InlineData("../x:y", "a trace point is written subsystem:event")]
    [InlineData("sched:unheard_of", "the kernel has no such trace point")]
    public void A_trace_point_that_is_none_is_an_error(string name, string reason)
    {
        var options = new PerfOptions { Cpus = "0", Tracepoint = [name] };

        Assert.Contains(reason, Fail(options), StringComparison.Ordinal);
    }

    [Fact]
    public void A_processor_that_does_not_exist_is_an_error_that_names_the_option()
    {
        var options = new PerfOptions { Cpus = "8000", DisableHardwareProfilers = true, DisableCacheProfilers = true };

        string error = Fail(options);
        Assert.StartsWith("cannot start software profilers on CPU 8000 (see option disable_software_profilers): ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Profilers_nobody_knows_are_a_warning()
    {
        using var files = new HostFiles(new HostPaths { Sys = _host.FullName });
        using var output = new FamilyWriter();
        using var collector = new PerfCollector(new PerfOptions
        {
            Cpus = "0",
            DisableHardwareProfilers = true,
            DisableCacheProfilers = true,
            SoftwareProfilers = ["Daydreams"],
        });
        var scrape = new CollectorScrape(files, output, new NameCache(), new FakeTimeProvider());

        collector.Collect(scrape);

        Assert.Equal("there are no profilers named Daydreams", scrape.Warning);
    }

    private string Fail(PerfOptions options)
    {
        using var files = new HostFiles(new HostPaths { Sys = _host.FullName });
        using var output = new FamilyWriter();
        using var collector = new PerfCollector(options);
        return Assert.Throws<CollectorException>(
            () => collector.Collect(new CollectorScrape(files, output, new NameCache(), new FakeTimeProvider()))).Message;
    }
}
