using Agent.Bench;
using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench/Agent.Bench -- --filter '*Snappy*'
BenchmarkSwitcher.FromAssembly(typeof(LogText).Assembly).Run(args, new ShortInProcess());
