using System.Globalization;
using System.Text;
using Agent.Runtime.Tests.Graph;

namespace Agent.Runtime.Tests.Modules;

/// <summary>Two hundred reloads that change, add, remove and break modules at random, while lines flow through them.</summary>
public sealed class ModuleTortureTests
{
    private const int Reloads = 200;
    private const int Features = 8;

    private readonly Random _random = new(20_26_11);

    [Fact]
    public async Task No_line_is_lost_and_nothing_is_left_behind()
    {
        await using var runtime = new ModuleRuntime();
        bool[] present = new bool[Features];
        int[] versions = new int[Features];
        WriteModule(runtime, 0);
        await runtime.LoadGoodAsync(Configuration(present, versions));
        using var stop = new CancellationTokenSource();
        Task<int> load = Task.Run(() => SendAsync(runtime, stop));
        for (int round = 0; round < Reloads; round++)
        {
            int which = _random.Next(Features);
            bool breaks = false;
            switch (_random.Next(4))
            {
                case 0:
                    present[which] = !present[which];
                    break;
                case 1:
                    versions[which]++;
                    break;
                case 2:
                    WriteModule(runtime, round);
                    break;
                default:
                    breaks = true;
                    break;
            }
            string text = Configuration(present, versions);
            LoadResult result = await runtime.LoadAsync(breaks ? text.Replace("tag = \"v", "tag = \"v\" + [", StringComparison.Ordinal) : text);
            Assert.Equal(!breaks, result.Success);
        }
        await stop.CancelAsync();
        int sent = await load;

        await runtime.LoadGoodAsync(Configuration(new bool[Features], versions));
        Assert.True(sent > 0);
        Assert.Equal(sent, runtime.Component<TestSink>("test.sink.out").Collected.Entries.Count);
        Assert.Equal(["test.sink.out", "import.file.m", "m.pipe.always", "m.pipe.always/argument.forward_to", "m.pipe.always/argument.tag", "m.pipe.always/test.relay.through", "m.pipe.always/export.receiver", "test.source.in"], runtime.Ids);
        int series = runtime.Metrics.Families().Sum(static family => family.Series.Length);
        await runtime.LoadGoodAsync("");
        Assert.DoesNotContain(runtime.Metrics.Families(), static family => family.Name.StartsWith("invar_", StringComparison.Ordinal));
        Assert.InRange(series, 1, 40);
    }

    private static void WriteModule(ModuleRuntime runtime, int version) => runtime.Write("module.alloy", $$"""
        declare "pipe" {
            argument "forward_to" { }
            argument "tag" { }
            test.relay "through" {
                forward_to = argument.forward_to.value
                note       = argument.tag.value + "{{version}}"
            }
            export "receiver" { value = test.relay.through.receiver }
        }
        """);

    /// <summary>A source, a chain of the features that are present, and a sink.</summary>
    private static string Configuration(bool[] present, int[] versions)
    {
        var text = new StringBuilder("""
            test.sink "out" { }
            import.file "m" { filename = "module.alloy" }
            m.pipe "always" {
                forward_to = [test.sink.out.receiver]
                tag        = "always"
            }

            """);
        string next = "m.pipe.always.receiver";
        for (int i = 0; i < present.Length; i++)
        {
            if (present[i])
            {
                text.Append(CultureInfo.InvariantCulture, $"m.pipe \"f{i}\" {{\n forward_to = [{next}]\n tag = \"v{versions[i]}\"\n}}\n");
                next = $"m.pipe.f{i}.receiver";
            }
        }
        return text.Append(CultureInfo.InvariantCulture, $"test.source \"in\" {{\n forward_to = [{next}]\n tag = \"v\"\n}}\n").ToString();
    }

    private static async Task<int> SendAsync(ModuleRuntime runtime, CancellationTokenSource stop)
    {
        var source = runtime.Component<TestSource>("test.source.in");
        int sent = 0;
        while (!stop.IsCancellationRequested)
        {
            await source.SendAsync(sent.ToString(CultureInfo.InvariantCulture));
            sent++;
            await Task.Yield();
        }
        return sent;
    }
}
