#include "sim/darwin/darwin_mac.h"

#include <dlfcn.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace holdfast::sim {

Answers Answers::FromSeed(uint64_t seed) {
  SplitMix64 random{seed};
  Answers answers;
  for (bool Answers::* answer :
       {&Answers::repeats_are_told, &Answers::status_connects_first, &Answers::canceled_without_manager,
        &Answers::second_cancel_repeats, &Answers::cleared_handler_may_run, &Answers::death_is_told,
        &Answers::subscription_survives, &Answers::unknown_info_is_empty, &Answers::unsigned_numbers,
        &Answers::pid_stays_after_death, &Answers::events_carry_data, &Answers::events_repeat,
        &Answers::handles_are_shared}) {
    answers.*answer = random.Next() % 2 == 0;
  }
  return answers;
}

absl::StatusOr<DarwinLibrary> DarwinLibrary::Open(const std::string& path) {
  DarwinLibrary library;
  library.handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library.handle_ == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("loading the simulated Mac's session library ", path, ": ", dlerror()));
  }
  std::string missing;
#define X(name, result, parameters)                                                       \
  library.name = reinterpret_cast<decltype(library.name)>(dlsym(library.handle_, #name)); \
  if (library.name == nullptr) missing = #name;
  HOLDFAST_DOUBLE_FUNCTIONS(X)
#undef X
  if (missing.empty()) return library;
  return absl::FailedPreconditionError(
      absl::StrCat(path, " is not the simulated Mac's session library: it has no ", missing));
}

const DarwinLibrary& DarwinLibrary::Load() {
  static const DarwinLibrary& library = *new DarwinLibrary(Open(HOLDFAST_NE_DOUBLE).value());
  return library;
}

ne::FindSymbol DarwinLibrary::Symbols() const {
  return [handle = handle_](const char* name) { return dlsym(handle, name); };
}

DarwinMac::DarwinMac(SimulatedMac& mac, const Answers& answers, uint64_t seed, const DarwinLibrary& library)
    : mac_(mac), answers_(answers), random_{seed}, library_(library) {
  mac_.SetManagerTap(this);
}

DarwinMac::~DarwinMac() {
  mac_.SetManagerTap(nullptr);
  KillAgent();
}

void DarwinMac::KillAgent() {
  library_.holdfast_double_forget(this);
}

void DarwinMac::After(absl::Duration delay, std::function<void()> work) {
  mac_.timers().After(delay, std::move(work));
}

absl::Duration DarwinMac::Hop() {
  const Settings& settings = mac_.settings();
  absl::Duration hop = settings.timers.command + settings.delivery.jitter * random_.Uniform();
  if (random_.Uniform() < settings.delivery.late_share) hop += settings.delivery.late * random_.Uniform();
  return hop;
}

std::optional<SessionEvent> DarwinMac::Current(const Uuid& service) const {
  if (!mac_.manager().Has(service)) return std::nullopt;
  return mac_.manager().Current(service);
}

uint64_t DarwinMac::BytesIn(const Uuid& service) {
  return mac_.BytesIn(service).value_or(0);
}

void DarwinMac::Start(const Uuid& service) {
  mac_.manager().Start(service, {"holdfastd", 87, std::nullopt, /*attributed=*/false});
}

void DarwinMac::Stop(const Uuid& service) {
  mac_.manager().Stop(service, {"holdfastd", 87, std::nullopt, /*attributed=*/false});
}

void DarwinMac::OnManager(bool runs) {
  if (runs) {
    library_.holdfast_double_manager_came(this);
  } else {
    library_.holdfast_double_manager_died(this);
  }
}

SimulatedConfigurations::~SimulatedConfigurations() {
  if (changed_) mac_.RemoveObserver(this);
}

absl::Status SimulatedConfigurations::Begin(std::function<void(const InstalledFacts&)> changed) {
  changed_ = std::move(changed);
  mac_.AddObserver(this);
  return absl::OkStatus();
}

}  // namespace holdfast::sim
