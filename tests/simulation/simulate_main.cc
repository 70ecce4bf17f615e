// ./dev simulate: many seeds on all cores. Each failing seed is one line that reproduces it, and a trace.
#include <CLI/CLI.hpp>

#include "absl/time/time.h"
#include "base/random.h"
#include "tests/simulation/seed_pool.h"

int main(int argc, char** argv) {
  holdfast::simulation::PoolOptions options;
  holdfast::simulation::Life life;
  double hours = absl::ToDoubleHours(life.trouble), every = absl::ToDoubleMinutes(life.every), seconds = 0;
  bool fresh = false;
  CLI::App app(
      "Simulated Macs, agents and their server under seeded faults. Without --hours, --every and "
      "--devices each seed has a life of its own.");
  app.add_option("--seeds", options.seeds, "How many")->capture_default_str();
  app.add_option("--first", options.first, "The first one")->capture_default_str();
  app.add_flag("--fresh", fresh, "A first seed that nobody has tried; it is printed");
  app.add_option("--seconds", seconds, "No new seed after so long; 0: until all are done");
  app.add_option("--hours", hours, "Of trouble in each; an hour of peace follows")->capture_default_str();
  app.add_option("--every", every, "Minutes between strikes at one Mac, on average")->capture_default_str();
  app.add_option("--devices", life.devices, "Macs in each")->capture_default_str();
  app.add_option("--jobs", options.jobs, "Processes; 0: one per core")->capture_default_str();
  app.add_option("--trace", options.trace, "File for the trace of the first seed (and run only that one)");
  app.add_option("--stop-after", options.stop_after, "Failing seeds after which to stop; 0: never")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (fresh) options.first = holdfast::SystemRandom().Next64() >> 40;
  life.trouble = absl::Hours(hours);
  life.every = absl::Minutes(every);
  if (app.count("--hours") + app.count("--every") + app.count("--devices") > 0) options.life = life;
  options.at_most = seconds > 0 ? absl::Seconds(seconds) : absl::InfiniteDuration();
  return holdfast::simulation::RunPool(options);
}
