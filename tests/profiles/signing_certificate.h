// CMS messages of a signer whose certificate has a mark of Apple's, made on the spot.
#pragma once

#include <string>

namespace holdfast::profiles {

inline constexpr char kDeveloperIdMark[] = "1.2.840.113635.100.6.1.13";
inline constexpr char kAppStoreMark[] = "1.2.840.113635.100.6.1.9";
inline constexpr char kDevelopmentMark[] = "1.2.840.113635.100.6.1.12";

// `mark`: the object identifier of an extension, or empty. `certificates`: false leaves them out.
std::string SignedMessage(const std::string& common_name, const std::string& mark, bool certificates = true,
                          const std::string& content = "x");

}  // namespace holdfast::profiles
