namespace EmrSim.Server.Tests.Patients;

public sealed class PatientUnderstanding(ITestOutputHelper output)
{
    private const double Demanded = 0.85;

    public static TheoryData<string> Cases => [.. ShippedCases.Ids];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Each_history_item_is_found_by_each_of_its_own_patterns(string scenarioId)
    {
        var practice = ShippedCases.Start(scenarioId);
        var missed = new List<string>();
        foreach (var item in practice.Case.Subjective)
        {
            foreach (var pattern in item.Patterns)
            {
                var reply = await practice.AskAsync(pattern);
                if (!reply.Ids.Contains(item.Id)) missed.Add($"{pattern} [{item.Id}] -> {string.Join(", ", reply.Ids)}");
            }
        }

        Assert.True(missed.Count == 0, string.Join('\n', missed));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Each_examination_is_found_by_each_of_its_own_patterns(string scenarioId)
    {
        var practice = ShippedCases.Start(scenarioId);
        practice.Phase = "objective";
        practice.Gate = Practice.AllOpen;
        await practice.SayAsync("Is it all right if I examine and touch you now?");
        var missed = new List<string>();
        foreach (var item in practice.Case.Objective)
        {
            foreach (var pattern in item.Patterns)
            {
                var reply = await practice.AskAsync(pattern);
                if (!reply.Ids.Contains(item.Id)) missed.Add($"{pattern} [{item.Id}] -> {string.Join(", ", reply.Ids)}");
            }
        }

        Assert.True(missed.Count == 0, string.Join('\n', missed));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Questions_in_other_words_find_their_item(string scenarioId)
    {
        if (!Paraphrases.ByCase.TryGetValue(scenarioId, out var questions)) Assert.Skip($"No paraphrases are written for {scenarioId}.");
        Assert.True(questions.Length >= 25);
        var practice = ShippedCases.Start(scenarioId);
        var missed = new List<string>();
        foreach (var (expected, question) in questions)
        {
            var reply = await practice.AskAsync(question);
            if (reply.Ids[0] != expected) missed.Add($"{question} [{expected}] -> {string.Join(", ", reply.Ids)}");
        }

        var rate = 1 - ((double)missed.Count / questions.Length);
        output.WriteLine($"{scenarioId}: {questions.Length - missed.Count} of {questions.Length} ({rate:P0})\n{string.Join('\n', missed)}");
        Assert.True(rate >= Demanded, string.Join('\n', missed));
    }
}
