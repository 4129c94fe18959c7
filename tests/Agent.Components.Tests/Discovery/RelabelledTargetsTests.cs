using Agent.Components.Discovery;
using Agent.Telemetry;

namespace Agent.Components.Tests.Discovery;

public sealed class RelabelledTargetsTests
{
    private int _relabelled;

    [Fact]
    public void Targets_that_come_and_go_and_change_cost_themselves_alone()
    {
        var names = Enumerable.Range(0, 5000).Select(static i => $"{i:0000}").ToList();
        RelabelledTargets known = Next(RelabelledTargets.None, names);
        Assert.Equal(5000, _relabelled);

        names.RemoveRange(100, 10);
        names.InsertRange(2000, ["2000a", "2000b"]);
        for (int i = 3000; i < 3500; i++)
        {
            names[i] += "+";
        }
        _relabelled = 0;
        known = Next(known, names);
        Assert.Equal(502, _relabelled);

        _relabelled = 0;
        Next(known, names);
        Assert.Equal(0, _relabelled);
    }

    [Fact]
    public void Targets_in_another_order_are_mostly_known()
    {
        var names = Enumerable.Range(0, 1000).Select(static i => $"{i:0000}").ToList();
        RelabelledTargets known = Next(RelabelledTargets.None, names);
        names.Reverse();
        _relabelled = 0;

        Next(known, names);

        Assert.InRange(_relabelled, 0, 300);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_comes_of_targets_is_what_the_rules_make_of_each(int seed)
    {
        var random = new Random(seed);
        List<string> names = [];
        RelabelledTargets known = RelabelledTargets.None;
        for (int round = 0; round < 300; round++)
        {
            for (int change = random.Next(40); change > 0; change--)
            {
                Change(names, random);
            }
            if (random.Next(20) == 0)
            {
                random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(names));
            }
            known = Next(known, names);

            Assert.Equal(names.Where(static name => !IsDropped(name)).Select(static name => "x" + name), known.Kept().Select(static target => target["name"]));
            Assert.Equal(names.Distinct(), known.Keys.Select(static labels => labels["name"]));
            Assert.All(known, static pair => Assert.Equal(IsDropped(pair.Key["name"]), pair.Value is null));
        }
    }

    private static void Change(List<string> names, Random random)
    {
        int at = random.Next(names.Count + 1);
        // Few different names: some come twice.
        string name = $"{random.Next(200)}";
        switch (random.Next(3))
        {
            case 0 when at < names.Count:
                names.RemoveAt(at);
                break;
            case 1 when at < names.Count:
                names[at] = name;
                break;
            default:
                names.Insert(at, name);
                break;
        }
    }

    private static bool IsDropped(string name) => name.EndsWith('7');

    private RelabelledTargets Next(RelabelledTargets known, List<string> names) =>
        known.Next([.. names.Select(static name => new Target(LabelSet.Empty.With("name", name)))], target =>
        {
            _relabelled++;
            return IsDropped(target["name"]) ? null : new Target(target.Labels.With("name", "x" + target["name"]));
        });
}
