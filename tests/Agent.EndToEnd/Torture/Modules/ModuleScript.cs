using System.Globalization;

namespace Agent.EndToEnd.Torture.Modules;

/// <summary>A custom component in the path of the lines.</summary>
internal sealed class ModuleFeature(string component, int number)
{
    public string Component { get; } = component;

    public bool IsPresent { get; set; } = true;

    public int TagVersion { get; set; }

    public bool IsRenamed { get; set; }

    public string Label => string.Create(CultureInfo.InvariantCulture, $"f{number}{(IsRenamed ? "_renamed" : "")}");

    /// <summary>Few, since each makes streams of its own.</summary>
    public string Tag => string.Create(CultureInfo.InvariantCulture, $"f{number}-{TagVersion % 3}");

    public string Id => $"{Component}.{Label}";
}

/// <summary>What the configuration says at one moment; the seed decides how it goes on.</summary>
internal sealed class ModuleScript(int seed)
{
    public const int Files = 9;
    public const int RootPods = 4;
    private const int ForeachFrom = 6;
    private const int Versions = 4;
    private const int MostWatches = 4;
    public static readonly IReadOnlyList<int> ImportedPods = [4, 5];
    private readonly Random _random = new(seed);

    public IReadOnlyList<ModuleFeature> Features { get; private set; } = NewFeatures();

    /// <summary>Items of the <c>foreach</c>, in whatever order.</summary>
    public IReadOnlyList<string> Pods { get; private set; } = AllPods();

    public int Watches { get; private set; } = 1;

    public int SinkVersion { get; private set; }

    public int TextVersion { get; private set; }

    public int DeclareVersion { get; private set; }

    /// <summary>What the witness shows.</summary>
    public string Tag { get; private set; } = "tag-0";

    /// <summary>The ids that the root then has.</summary>
    public IEnumerable<string> RootIds =>
    [
        "m.pipe.always", "loki.source.file.root", "m.tail.imported", "foreach.pods", "loki.write.sink",
        .. Features.Where(static feature => feature.IsPresent).Select(static feature => feature.Id),
        .. Enumerable.Range(0, Watches).Select(static number => string.Create(CultureInfo.InvariantCulture, $"watch.w{number}")),
    ];

    public int Next(int below) => _random.Next(below);

    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    /// <summary>Everything there, as at first.</summary>
    public void Restore()
    {
        (Features, Pods, Watches) = (NewFeatures(), AllPods(), 1);
        (SinkVersion, TextVersion, DeclareVersion, Tag) = (0, 0, 0, "tag-0");
    }

    /// <summary>Another tag for the witness, by which a load that nobody answers for is seen.</summary>
    public void ChangeTag() => Tag = Tag == "tag-1" ? "tag-2" : "tag-1";

    /// <summary>Changes, adds, removes or renames one part or several.</summary>
    /// <returns>What was done.</returns>
    public string Change()
    {
        ModuleFeature feature = Pick(Features);
        switch (_random.Next(10))
        {
            case 0 or 1:
                feature.IsPresent = !feature.IsPresent;
                return feature.IsPresent ? "add" : "remove";
            case 2:
                feature.TagVersion++;
                return "argument";
            case 3:
                feature.IsPresent = true;
                feature.IsRenamed = !feature.IsRenamed;
                return "rename";
            case 4 or 5:
                Pods = [.. AllPods().Where(_ => _random.Next(3) > 0).OrderBy(_ => _random.Next())];
                return "foreach";
            case 6:
                SinkVersion = (SinkVersion + 1) % Versions;
                return "sink";
            case 7:
                TextVersion = (TextVersion + 1) % Versions;
                return "text";
            case 8:
                DeclareVersion = (DeclareVersion + 1) % Versions;
                return "declare";
            default:
                Watches = _random.Next(MostWatches);
                return "watch";
        }
    }

    private static string[] AllPods() => [.. Enumerable.Range(ForeachFrom, Files - ForeachFrom).Select(NumberedMessage.NameOf)];

    private static ModuleFeature[] NewFeatures() =>
        [.. ((string[])["m.pipe", "stack", "s.mark", "m.pipe", "stack", "s.mark"]).Select(static (component, number) => new ModuleFeature(component, number))];
}
